"""Cloud Storage's JSON API as far as copies of backups need it: buckets, objects, their bytes."""
