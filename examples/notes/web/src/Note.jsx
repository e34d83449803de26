import { useState } from "react";

export function Note({ note, onTag, onDelete }) {
  const [name, setName] = useState("");

  function tag(event) {
    event.preventDefault();
    if (name.trim()) onTag(name.trim());
    setName("");
  }

  return (
    <li>
      <header>
        <h2>{note.title}</h2>
        <button type="button" aria-label={`Delete ${note.title}`} onClick={onDelete}>
          ×
        </button>
      </header>
      {note.body && <p>{note.body}</p>}
      <footer>
        <span>{note.author}</span>
        <time dateTime={note.created_at}>{new Date(note.created_at).toLocaleDateString()}</time>
        {note.due && <span>due {note.due}</span>}
        {note.tags.map((word) => (
          <em key={word}>{word}</em>
        ))}
        <form onSubmit={tag}>
          <input
            aria-label={`Tag ${note.title}`}
            placeholder="+ tag"
            value={name}
            maxLength={80}
            onChange={(event) => setName(event.target.value)}
          />
        </form>
      </footer>
    </li>
  );
}
