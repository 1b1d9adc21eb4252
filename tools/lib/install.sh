# Debian packages that the scripts need, installed when they are missing. Sourced by common.sh.
# shellcheck shell=bash
#
#   need_packages SET...   with the sets build, test, lint
#
# On a machine that has them all this asks dpkg once and says nothing. Otherwise it installs as root,
# or through sudo.

packages_of() {
  case $1 in
    build) echo g++ cmake ninja-build ccache mold pkg-config librocksdb-dev libgrpc++-dev \
      libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libboost1.81-dev libssl-dev \
      libspdlog-dev libcli11-dev libre2-dev libtomlplusplus-dev \
      nlohmann-json3-dev libpq-dev libgtest-dev libgmock-dev ;;
    test) echo python3 python3-grpcio python3-protobuf postgresql ;;
    lint) echo clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 shellcheck ;;
    *) fail "no such package set: $1" ;;
  esac
}

# Those of the given packages that are not installed.
missing_packages() {
  local installed name
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null) || true
  for name in "$@"; do
    grep -qx "installed $name" <<<"$installed" || echo "$name"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -- "$@"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
}

# Debian makes a database cluster and starts it when PostgreSQL is installed. The tests start servers
# of their own, so none is left behind here.
install_postgresql() {
  local file=/etc/postgresql-common/createcluster.conf
  apt_install postgresql-common
  as_root sed -i.idnode -E 's/^#?\s*create_main_cluster\s*=.*/create_main_cluster = false/' "$file"
  local status=0
  apt_install postgresql || status=$?
  as_root mv "$file.idnode" "$file"
  return "$status"
}

install_missing() {
  as_root apt-get -qq -o DPkg::Lock::Timeout=600 update || return
  local name rest=()
  for name in "$@"; do
    if [[ $name == postgresql ]]; then
      install_postgresql || return
    else
      rest+=("$name")
    fi
  done
  if ((${#rest[@]})); then apt_install "${rest[@]}"; fi
}

# The machine must be able to install anything at all.
check_installer() {
  local command="apt-get install --no-install-recommends $*"
  command -v apt-get >/dev/null ||
    fail "packages are missing, and this machine has no apt-get" \
      "The project is built on Debian 12. Missing, by their names there: $*"
  ((EUID != 0)) || return 0
  command -v sudo >/dev/null ||
    fail "packages are missing, and only root can install them" "As root, run: $command"
  if ! sudo -n true 2>/dev/null; then
    [[ -t 0 ]] || fail "packages are missing, and sudo asks for a password" "Run: sudo $command"
    echo "sudo may ask for your password."
    sudo -v || fail "packages are missing, and sudo refuses" "As root, run: $command"
  fi
}

need_packages() {
  local set wanted=() missing=()
  for set in "$@"; do
    read -ra missing < <(packages_of "$set")
    wanted+=("${missing[@]}")
  done
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]})) || return 0

  check_installer "${missing[@]}"
  say "installing ${#missing[@]} packages (on an empty machine about two minutes): ${missing[*]}"
  quietly install install_missing "${missing[@]}" ||
    fail "apt-get could not install the packages" \
      "Its last lines are above. Often the network or /etc/apt/sources.list is at fault: the" \
      "packages are all in Debian 12 (bookworm), main. By hand: apt-get update, then" \
      "apt-get install --no-install-recommends ${missing[*]}"
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]} == 0)) || fail "still missing after apt-get: ${missing[*]}"
}
