
# Values live in shell variables and go through pipes: never in arguments, files or messages.
newest=''

generated() { value=$(openssl rand -base64 24 | tr -d '\n=' | tr '+/' '-_'); }

from_variable() { value=${!1-}; }

from_file() {
  if [ -r "$1" ]; then
    value=$(cat "$1" && printf x)
    value=${value%x}
    value=${value%$'\n'}
    value=${value%$'\r'}
  fi
}

from_person() {
  value=${!1-}
  if [ -z "$value" ] && [ -t 0 ]; then
    printf 'Value of %s (hidden): ' "$1" >&2
    IFS= read -rs value || true
    printf '\n' >&2
  fi
}

newest_version() {
  look gcloud secrets versions list "$1" "--project=$2" --filter=state=ENABLED \
    --sort-by=~createTime --limit=1 '--format=value(name.basename())' || true
  newest=$seen
}

# version SECRET PROJECT HINT READER…: adds the value that the reader finds, once. What exists is
# kept when it is the same, when no value is at hand, and when it was generated or typed.
version() {
  local secret=$1 project=$2 hint=$3
  shift 3
  value=''
  newest_version "$secret" "$project"
  if [ -n "$newest" ]; then
    case $1 in generated | from_person) return 0 ;; esac
  fi
  "$@"
  if [ -z "$value" ]; then
    if [ -n "$newest" ]; then return 0; fi
    : >"$scratch/problem"
    give_up "$hint"
  fi
  if [ -n "$newest" ]; then
    look gcloud secrets versions access "$newest" "--secret=$secret" "--project=$project" || true
    if [ "$seen" = "$value" ]; then return 0; fi
  fi
  must given gcloud secrets versions add "$secret" "--project=$project" --data-file=-
  changes=$((changes + 1))
  says '+' 'version'
}
