async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { "content-type": "application/json" } : undefined,
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

export const listNotes = (tag) =>
  call("GET", tag ? `/api/notes?tag=${encodeURIComponent(tag)}` : "/api/notes");
export const listTags = () => call("GET", "/api/tags");
export const addNote = (note) => call("POST", "/api/notes", note);
export const changeNote = (id, note) => call("PUT", `/api/notes/${id}`, note);
export const deleteNote = (id) => call("DELETE", `/api/notes/${id}`);
