
# believe CONDITION MAPPINGS COMMAND…: updates a provider whose condition or mappings are others;
# MAPPINGS is key=value,key=value, and mappings of somebody else are kept.
believe() {
  local condition=$1 mappings=$2 now='' pair='' complete=1
  shift 2
  look "${provider[@]}" '--format=value(attributeCondition)' || true
  if [ "$seen" != "$condition" ]; then complete=''; fi
  look "${provider[@]}" '--format=yaml(attributeMapping)' || true
  now=$(sed -n 's/^  \([^ ]*\): /\1=/p' <<<"$seen")
  while IFS= read -r pair; do
    seen=$now
    if ! has_line "$pair"; then
      complete=''
      now=$(grep -v "^${pair%%=*}=" <<<"$now" || true)
      now="$now"$'\n'"$pair"
    fi
  done <<<"${mappings//,/$'\n'}"
  if [ -n "$complete" ]; then unchanged; return 0; fi
  now=$(grep . <<<"$now" | tr '\n' ',')
  update "$@" "--attribute-condition=$condition" "--attribute-mapping=${now%,}"
}
