-- About 200,000 notes for the schema at revision 5e6f7a8b9c0d ("import the old notebook").
-- The same rows every time: 1,204 notes came from the old notebook without an author, and
-- every eighth note still has its text of then in legacy_body.

INSERT INTO tags (name)
SELECT word
FROM unnest(ARRAY[
    'ideas', 'work', 'home', 'garden', 'recipes', 'books', 'music', 'travel', 'money', 'health',
    'family', 'school', 'code', 'design', 'letters', 'dreams', 'quotes', 'todo', 'someday', 'later'
]) WITH ORDINALITY AS listed (word, place)
ORDER BY place;

INSERT INTO notes (public_id, title, body, views, created_at, author, legacy_body)
SELECT
    md5('note ' || n)::uuid,
    (ARRAY['Remember', 'Ask about', 'Read again', 'Look up', 'Plan', 'Thank for'])[1 + n % 6]
        || ' ' || (ARRAY['the harbour', 'chapter', 'the blue door', 'invoice', 'rehearsal'])[1 + n % 5]
        || ' ' || n,
    'Written on day ' || n / 250 || ', kept for later. ' || md5(n::text),
    (n * 7919) % 5000,
    timestamptz '2024-01-01 08:00:00+00' + n * interval '5 minutes',
    CASE
        WHEN n % 166 = 0 AND n <= 1204 * 166 THEN NULL
        ELSE (ARRAY['mina', 'joon', 'ada', 'sora', 'li', 'noor', 'eva'])[1 + n % 7]
    END,
    CASE WHEN n % 8 = 0 THEN 'Old notebook, page ' || n / 8 || ': ' || md5('old ' || n) END
FROM generate_series(1, 200000) AS n;

INSERT INTO note_tags (note_id, tag_id)
SELECT n, 1 + (n * 31) % 20
FROM generate_series(1, 200000) AS n
WHERE n % 2 = 0;

ANALYZE notes, tags, note_tags;
