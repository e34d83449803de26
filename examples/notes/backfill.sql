-- What has to happen before revision 8d2f4b6a1c3e ("require an author") can succeed.
UPDATE notes SET author = 'unknown' WHERE author IS NULL;
