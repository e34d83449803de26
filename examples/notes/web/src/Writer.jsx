import { useState } from "react";

const EMPTY = { title: "", body: "", tags: "" };

export function Writer({ onWrite }) {
  const [draft, setDraft] = useState(EMPTY);
  const change = (event) => setDraft({ ...draft, [event.target.name]: event.target.value });

  function write(event) {
    event.preventDefault();
    const tags = draft.tags
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean);
    onWrite({ title: draft.title, body: draft.body, tags });
    setDraft(EMPTY);
  }

  return (
    <form className="writer" onSubmit={write}>
      <input
        name="title"
        aria-label="Title"
        placeholder="What is on your mind?"
        value={draft.title}
        maxLength={200}
        onChange={change}
        required
      />
      <textarea
        name="body"
        aria-label="Text"
        placeholder="More about it"
        rows={2}
        value={draft.body}
        onChange={change}
      />
      <div>
        <input
          name="tags"
          aria-label="Tags"
          placeholder="tags, with commas"
          value={draft.tags}
          onChange={change}
        />
        <button type="submit">Write</button>
      </div>
    </form>
  );
}
