
# with_password COMMAND…: runs it with $value as --password, which gcloud reads from its stdin.
with_password() {
  local quote="'"
  case $value in *$'\n'*) printf 'the password has more than one line\n' >&2; return 1 ;; esac
  printf -- "--password: '%s'\n" "${value//$quote/$quote$quote}" | "$@" --flags-file=-
}

# user NAME INSTANCE PROJECT SECRET: a database user whose password is the secret's newest version;
# the annotation tarmac-applied says which one it has, without it the password is not ours to set.
user() {
  local group=(gcloud sql users) verb='' applied=''
  newest_version "$4" "$3"
  look gcloud secrets describe "$4" "--project=$3" '--format=value(annotations.tarmac-applied)' || true
  applied=$seen
  look "${group[@]}" list "--instance=$2" "--project=$3" '--format=value(name)' || true
  if ! has_line "$1"; then verb=create
  elif [ -n "$applied" ] && [ "$applied" != "$newest" ]; then verb=set-password
  fi
  if [ -z "$verb" ]; then unchanged; return 0; fi
  look gcloud secrets versions access "$newest" "--secret=$4" "--project=$3" || true
  value=$seen
  must with_password "${group[@]}" "$verb" "$1" "--instance=$2" "--project=$3"
  changes=$((changes + 1))
  if [ "$verb" = create ]; then says '+' 'created'; else says '~' 'password'; fi
  if [ -n "$applied" ]; then
    must gcloud secrets update "$4" "--project=$3" "--update-annotations=tarmac-applied=$newest"
  fi
}
