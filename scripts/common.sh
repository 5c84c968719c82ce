# Shared by the scripts in this folder: what they say, what they may do, how they install what is missing.
# shellcheck shell=bash

# Root's PATH can lack the folders that hold dockerd and debootstrap.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# shellcheck disable=SC2034  # for the scripts that read this file
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ $EUID -eq 0 ]]; then
    logs=/var/log/pytest-docker-tools
else
    logs=${XDG_STATE_HOME:-$HOME/.local/state}/pytest-docker-tools
fi
# Settings of podman for the tests alone, which scripts/podman writes where it can run nothing without them.
podman_settings=${scripts%/*}/.cache/podman/containers.conf
# What scripts/base-images makes sure of, and other engines get a copy of.
image_prefix=localhost/pytest-docker-tools
base_images=(busybox python redis memcached)
# Where scripts/newer-engine has its engine answer.
newer_engine=unix:///run/pytest-docker-tools/newer-engine/docker.sock
may_install=yes

say() {
    printf '==> %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# read_arguments "$@": a script's only argument is --no-install.
read_arguments() {
    case $* in
    '') ;;
    --no-install) may_install=no ;;
    *) die "'$*' was given, which means nothing here: give --no-install or nothing." ;;
    esac
}

# system_is NAME...: this one, or what it is made from.
system_is() {
    [[ -r /etc/os-release ]] && (
        # shellcheck source=/dev/null
        . /etc/os-release
        for name in "$@"; do
            [[ " ${ID:-} ${ID_LIKE:-} " != *\ $name\ * ]] || exit 0
        done
        exit 1
    )
}

# Why no package may be installed and no service started here, or nothing where both may be.
why_not_install() {
    if [[ $may_install == no ]]; then
        echo "--no-install was given"
    elif [[ $EUID -ne 0 ]]; then
        echo "you are not root"
    elif ! system_is debian ubuntu; then
        echo "this is neither Debian nor Ubuntu"
    fi
}

can_install() {
    [[ -z $(why_not_install) ]]
}

# logged NAME COMMAND...: keeps the command's output in a log, and shows the end of it only when it fails.
logged() {
    local log=$logs/$1.log
    shift
    mkdir -p "$logs"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        die "'$*' failed; the lines above are the end of $log."
    fi
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 "$@"
}

# The release of this system, by its name.
codename() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "$VERSION_CODENAME")
}

# Where this system's own packages come from.
mirror() {
    # shellcheck disable=SC2016  # the placeholders are apt-get's
    apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 'Component: main' |
        awk -v suite="$(codename)" '$1 == suite && !found++ { print $2 }'
}

# install_packages PACKAGE...: whoever calls this has asked can_install and said what the packages are for.
install_packages() {
    logged apt-update apt_get update
    logged apt-install apt_get install --no-install-recommends "$@"
}

# with_release RELEASE COMMAND...: apt-get as on a system of that release of Debian, in the folder where we are. Ubuntu
# has what is asked for itself.
with_release() {
    local release=$1
    shift
    if system_is ubuntu; then
        apt_get "$@"
        return
    fi
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $release main" >sources.list
    mkdir -p lists/partial cache/archives/partial
    apt_get -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$PWD/lists" \
        -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User=root "$@"
}

# unpack_packages RELEASE PACKAGE...: in the folder "package" of the one where we are, from a release of Debian, whose
# programs may also run on older ones. Nothing is installed.
unpack_packages() {
    local release=$1 file
    shift
    logged apt-update with_release "$release" update
    logged apt-download with_release "$release" download "$@"
    for file in *.deb; do
        dpkg -x "$file" package
    done
}

# bounded SECONDS COMMAND...: not every system has the timeout command.
bounded() {
    if command -v timeout >/dev/null; then
        timeout "$@"
    else
        shift
        "$@"
    fi
}

# What the user has chosen by the same variable counts more.
use_podman_settings() {
    [[ -n ${CONTAINERS_CONF:-} || ! -r $podman_settings ]] || export CONTAINERS_CONF=$podman_settings
}

# make_venv FOLDER: a virtual environment there, unless there is one that works.
make_venv() {
    "$1/bin/python" -c '' 2>/dev/null && return
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        can_install || die "python3 has no venv module, and it is not installed because $(why_not_install): install it, then run this again."
        say "python3 has no venv module: installs python3-venv."
        install_packages python3-venv
    fi
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        die "python3 is $(python3 --version 2>&1): put Python 3.10 or newer first on PATH, then run this again."
    python3 -m venv --clear "$1"
}
