if ! command -v gcloud >/dev/null; then
  printf 'gcloud is not installed: https://cloud.google.com/sdk/docs/install\n' >&2
  exit 1
fi

# gcloud writes the flags of every command into a log file, passwords too: not here.
export CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

PAUSE=${TARMAC_PAUSE:-5} # seconds between two attempts
TRIES=${TARMAC_TRIES:-60} # attempts before something that should come true is given up

scratch=$(mktemp -d "${TMPDIR:-/tmp}/tarmac.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

title=''
seen=''
value=''
fresh_project=''
number=''
flags=()
changes=0

absent='NOT_FOUND|not found|does not exist|cannot find|was not found|HTTPError 404|status=\[404\]'
passing='SERVICE_DISABLED|has not been used in project|it is disabled|does not exist'
passing="$passing|concurrent policy changes|ABORTED|OPERATION_IN_PROGRESS|another operation"
passing="$passing|try again|RESOURCE_EXHAUSTED"
denied='PERMISSION_DENIED|does not have permission|permission denied|status=\[403\]'

step() { title=$1; }
says() { printf '%s %s\n' "$1" "$title${2:+: $2}"; }
unchanged() { says '='; }

give_up() {
  says '✗' "${1:-failed}" >&2
  if [ -s "$scratch/problem" ]; then cat "$scratch/problem" >&2; fi
  exit 1
}

# Whether the last problem goes away by waiting: something new is not known everywhere yet.
will_pass() {
  grep -qiE "$passing" "$scratch/problem" && return 0
  [ -n "$fresh_project" ] && grep -qiE "$denied" "$scratch/problem"
}

# look COMMAND…: 0 with $seen when it is there, 1 when it is not; any other problem ends it all.
look() {
  local tries=0
  while :; do
    if seen=$("$@" 2>"$scratch/problem"); then return 0; fi
    if grep -qiE 'SERVICE_DISABLED|has not been used in project' "$scratch/problem"; then :
    elif grep -qiE "$absent" "$scratch/problem"; then seen=''; return 1
    elif ! will_pass; then give_up 'could not be read'; fi
    tries=$((tries + 1))
    if [ "$tries" -ge "$TRIES" ]; then give_up 'could not be read'; fi
    sleep "$PAUSE"
  done
}

# must COMMAND…: runs it, and again while it fails only because something is not known yet.
must() {
  local tries=0
  until "$@" >"$scratch/said" 2>"$scratch/problem"; do
    tries=$((tries + 1))
    if [ "$tries" -ge "$TRIES" ] || ! will_pass; then give_up; fi
    if [ "$tries" -eq 1 ]; then says '…' 'waiting until it can be done'; fi
    sleep "$PAUSE"
  done
}

create() { must "$@"; changes=$((changes + 1)); says '+' 'created'; }
update() { must "$@"; changes=$((changes + 1)); says '~' 'updated'; }

# settle WANTED COMMAND…: updates when what was seen is something else.
settle() {
  local wanted=$1
  shift
  if [ "$seen" = "$wanted" ]; then unchanged; else update "$@"; fi
}

# given COMMAND…: runs it with $value on its stdin.
given() { printf %s "$value" | "$@"; }

# known COMMAND…: waits until three reads in a row succeed.
known() {
  local good=0 tries=0
  while [ "$good" -lt 3 ]; do
    if "$@" >/dev/null 2>"$scratch/problem"; then
      good=$((good + 1))
    else
      good=0
      tries=$((tries + 1))
      if [ "$tries" -ge "$TRIES" ]; then give_up 'is still not known'; fi
      sleep "$PAUSE"
    fi
  done
}

# look_project COMMAND…: like look; Google tells nobody whether a project is hidden or absent.
look_project() {
  local before=$absent found=0
  absent="$absent|$denied"
  look "$@" || found=1
  absent=$before
  return "$found"
}

has_line() { grep -qxF -- "$1" <<<"$seen"; }

# enable PROJECT API…: enables what is not enabled yet, at most 20 in one request.
enable() {
  local project=$1 api missing=''
  shift
  look gcloud services list --enabled "--project=$project" '--format=value(config.name)' || true
  for api in "$@"; do
    has_line "$api" || missing="$missing $api"
  done
  # shellcheck disable=SC2086 # names of APIs hold no spaces
  set -- $missing
  if [ $# -eq 0 ]; then unchanged; fi
  while [ $# -gt 0 ]; do
    create gcloud services enable "${@:1:20}" "--project=$project"
    if [ $# -gt 20 ]; then shift 20; else shift $#; fi
  done
}

# grant ROLE MEMBER CONDITION COMMAND…: adds a member unless the policy that was seen has it already.
grant() {
  local role=$1 member=$2 condition=$3
  shift 3
  if has_line "$role|$member|$condition"; then says '=' "$role for $member"; return; fi
  must "$@" "--role=$role" "--member=$member"
  changes=$((changes + 1))
  says '+' "$role for $member"
}

# numbered PROJECT: $number is the project's number, which some members hold.
numbered() {
  if [ -n "$number" ]; then return 0; fi
  look gcloud projects describe "$1" '--format=value(projectNumber)' || true
  number=$seen
}

# An amount in one way of writing it: 1000m is 1, 1024Mi is 1Gi.
plain() {
  case $1 in
    *[!0-9a-zA-Z]*) printf %s "$1" ;;
    [0-9]*000m) printf %s "${1%000m}" ;;
    [0-9]*Mi)
      if [ $((${1%Mi} % 1024)) -eq 0 ]; then printf %sGi $((${1%Mi} / 1024)); else printf %s "$1"; fi
      ;;
    *) printf %s "$1" ;;
  esac
}

# compare WANTED FLAG WANTED FLAG…: against what was seen, |-separated in the same order; the flags
# of fields that are something else are added to ${flags[@]}.
compare() {
  local rest="$seen|" have=''
  while [ $# -gt 0 ]; do
    have=$(plain "${rest%%|*}")
    rest=${rest#*|}
    if [ "$have" != "$1" ]; then flags+=("$2"); fi
    shift 2
  done
}

# amend COMMAND…: updates with the flags that were collected, if there are any.
amend() {
  if [ ${#flags[@]} -eq 0 ]; then unchanged; else update "$@" "${flags[@]}"; fi
}
