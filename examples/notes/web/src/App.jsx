import { useCallback, useEffect, useState } from "react";

import { addNote, changeNote, deleteNote, listNotes, listTags } from "./api.js";
import { Note } from "./Note.jsx";
import { Writer } from "./Writer.jsx";

export function App() {
  const [notes, setNotes] = useState([]);
  const [tags, setTags] = useState([]);
  const [tag, setTag] = useState("");
  const [problem, setProblem] = useState("");

  const refresh = useCallback(async () => {
    try {
      const [newest, known] = await Promise.all([listNotes(tag), listTags()]);
      setNotes(newest);
      setTags(known);
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  }, [tag]);

  useEffect(() => {
    refresh();
  }, [refresh]);

  async function then(work) {
    try {
      await work;
      await refresh();
    } catch (error) {
      setProblem(error.message);
    }
  }

  return (
    <main>
      <h1>Notes</h1>
      {problem && <p role="alert">{problem}</p>}
      <Writer onWrite={(note) => then(addNote(note))} />
      <nav aria-label="Tags">
        <button type="button" aria-pressed={tag === ""} onClick={() => setTag("")}>
          all
        </button>
        {tags.map((one) => (
          <button
            key={one.name}
            type="button"
            aria-pressed={tag === one.name}
            onClick={() => setTag(one.name)}
          >
            {one.name} <small>{one.notes}</small>
          </button>
        ))}
      </nav>
      <ul>
        {notes.map((note) => (
          <Note
            key={note.id}
            note={note}
            onTag={(name) => then(changeNote(note.id, { ...note, tags: [...note.tags, name] }))}
            onDelete={() => then(deleteNote(note.id))}
          />
        ))}
      </ul>
      {notes.length === 0 && <p>Nothing here yet.</p>}
    </main>
  );
}
