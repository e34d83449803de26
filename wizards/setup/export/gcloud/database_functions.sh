
# add_server_flags NAME=VALUE…: collects --database-flags when one is missing; gcloud replaces all
# flags of the server at once, so those of other people are named too.
add_server_flags() {
  local every='' line='' missing=''
  look "${instance[@]}" --flatten='settings.databaseFlags[]' \
    '--format=value[separator="="](settings.databaseFlags.name,settings.databaseFlags.value)' || true
  every=$seen
  for line in "$@"; do
    if has_line "$line"; then continue; fi
    missing=1
    every=$(grep -v "^${line%%=*}=" <<<"$every" || true)
    every="$every"$'\n'"$line"
  done
  if [ -z "$missing" ]; then return 0; fi
  every=$(grep . <<<"$every" | tr '\n' ',')
  flags+=("--database-flags=${every%,}")
}
