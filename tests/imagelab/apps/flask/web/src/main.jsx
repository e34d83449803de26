import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

function Products() {
  const [products, setProducts] = useState([])
  useEffect(() => {
    fetch('/api/products')
      .then((answer) => answer.json())
      .then(setProducts)
  }, [])
  return (
    <ul>
      {products.map((product) => (
        <li key={product.id}>{product.name}</li>
      ))}
    </ul>
  )
}

createRoot(document.getElementById('root')).render(<Products />)
