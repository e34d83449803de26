
pins=''

# look_variables COMMAND…: $seen is the JSON of a container's variables without the white space;
# an empty value may be left out by whoever tells, so it is left out here.
look_variables() {
  local empty=',"value": ""'
  look "$@" || true
  seen=$(awk '{ sub(/^ +/, ""); printf "%s", $0 }' <<<"$seen")
  seen=${seen//"$empty"/}
}

has_text() { case $seen in *"$1"*) return 0 ;; esac; return 1; }

# set_unless FLAG TEXT…: collects the flag when one of the texts was not seen.
set_unless() {
  local flag=$1 text=''
  shift
  for text in "$@"; do
    if ! has_text "$text"; then flags+=("$flag"); return 0; fi
  done
}

# pin VARIABLE SECRET PROJECT: collects in $pins which version a variable reads: the newest one. A
# reference that follows the newest by itself stays.
pin() {
  local before=$seen start="\"name\": \"$1\",\"valueFrom\": {\"secretKeyRef\": {\"key\":"
  newest_version "$2" "$3"
  seen=$before
  if has_text "$start \"latest\",\"name\": \"$2\""; then return 0; fi
  if has_text "$start \"${newest:-1}\",\"name\": \"$2\""; then return 0; fi
  pins="${pins:+$pins,}$1=$2:${newest:-1}"
}
