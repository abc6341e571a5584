# shellcheck shell=bash
# Clean Debian 12 machines for tests, as directories to chroot into. Needs root and debootstrap.
# Sourced after scripts/lib.sh.

CHROOTS=$CACHE/chroots
BASE=$CHROOTS/bookworm.tar

# The smallest Debian 12, made once for this user.
need_base() {
  [[ -f $BASE ]] && return
  local work=$CHROOTS/bookworm.building mirror
  # The mirror that this machine uses; apt fills in the names.
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
    awk '$2 == "bookworm" { print $1; exit }')
  rm -rf "$work"
  mkdir -p "$CHROOTS"
  step "make a clean Debian 12" "$NETWORK_HINT" \
    debootstrap --variant=minbase --include=ca-certificates bookworm "$work" "$mirror"
  tar -C "$work" -cf "$BASE.partial" .
  mv "$BASE.partial" "$BASE"
  rm -rf "$work"
}

# new_machine DIRECTORY: unpacks a clean machine that reaches the network as this one does: by its package
# sources, proxies and certificates. Nothing that is installed here is there.
new_machine() {
  local root=$1 file
  mkdir -p "$root"
  tar -C "$root" -xf "$BASE"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  rm -f "$root/etc/apt/sources.list"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/auth.conf.d \
    /etc/pip.conf /usr/local/share/ca-certificates /etc/ssl/certs; do
    if [[ -e $file ]]; then cp -a --parents "$file" "$root"; fi
  done
  apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90machine"
}

# The variables by which package clients find their way on this machine.
network_environment() {
  env | grep -iE '^(https?_proxy|no_proxy|all_proxy|PIP_[A-Z_]*|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE)='
}

# in_machine DIRECTORY COMMAND...: runs a command in a machine, with processes of its own that end with it
# and without a terminal.
in_machine() {
  local root=$1 variables
  shift
  mapfile -t variables < <(network_environment)
  # shellcheck disable=SC2016
  setsid unshare --mount --pid --fork --kill-child --propagation private bash -euc '
    root=$1; shift
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    # Packages that this machine has as files.
    if [[ -d ${PIP_FIND_LINKS:-} ]]; then
      mkdir -p "$root$PIP_FIND_LINKS"
      mount --bind "$PIP_FIND_LINKS" "$root$PIP_FIND_LINKS"
    fi
    exec chroot "$root" "$@"
  ' in_machine "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 HOME=/root "${variables[@]}" "$@" </dev/null
}
