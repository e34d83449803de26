
# agreed CONNECTION REGION PROJECT: waits until somebody has agreed on GitHub, showing where.
agreed() {
  local tries=0 shown=''
  local describe=(gcloud builds connections describe "$1" "--region=$2" "--project=$3")
  while :; do
    look "${describe[@]}" '--format=value(installationState.stage)' || true
    if [ "$seen" = COMPLETE ]; then return 0; fi
    look "${describe[@]}" '--format=value(installationState.actionUri)' || true
    if [ -n "$seen" ] && [ "$seen" != "$shown" ]; then
      shown=$seen
      says '…' "open this address and agree: $shown"
    fi
    tries=$((tries + 1))
    if [ "$tries" -ge "$((TRIES * 3))" ]; then give_up "nobody has agreed yet: $shown"; fi
    sleep "$PAUSE"
  done
}

link=''

# linked ID ADDRESS CONNECTION REGION PROJECT: links a repository unless it is, under whatever id;
# $link is the id it has.
linked() {
  local group=(gcloud builds repositories)
  local place=("--connection=$3" "--region=$4" "--project=$5")
  look "${group[@]}" list "${place[@]}" "--filter=remoteUri=$2" '--format=value(name.basename())' || true
  link=${seen%%$'\n'*}
  if [ -n "$link" ]; then unchanged; return 0; fi
  link=$1
  create "${group[@]}" create "$1" "--remote-uri=$2" "${place[@]}"
}
