document.getElementById('main').append(` at ${location.pathname}`)
