# Finds out which system packages are missing, and installs them where that is possible. For Debian and Ubuntu.
#
# Sourced by the scripts beside this folder; defines functions only.

# How each package shows that it is there. Asked of the system itself, not of dpkg, so that one that was installed in
# another way counts as well. Daemons are in sbin, which is not in everyone's PATH.
has_package() {
    local PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
    case "$1" in
        libsqlite3-dev) [[ -e /usr/include/sqlite3.h ]] || dpkg -s libsqlite3-dev > /dev/null 2>&1 ;;
        libssl-dev) [[ -e /usr/include/openssl/ssl.h ]] || dpkg -s libssl-dev > /dev/null 2>&1 ;;
        python3-pika)
            python3 -c 'import pika' > /dev/null 2>&1 || /usr/bin/python3 -c 'import pika' > /dev/null 2>&1
            ;;
        dpkg-dev) command -v dpkg-shlibdeps > /dev/null ;;
        iproute2) command -v ip > /dev/null ;;
        systemd) command -v systemd-analyze > /dev/null ;;
        rsyslog) command -v rsyslogd > /dev/null ;;
        monitoring-plugins-contrib) [[ -x /usr/lib/nagios/plugins/check_haproxy_stats ]] ;;
        *) command -v "$1" > /dev/null ;;
    esac
}

# missing_packages PACKAGE... prints those that are not there, one a line.
missing_packages() {
    local package
    for package in "$@"; do
        has_package "$package" || printf '%s\n' "$package"
    done
}

# The command that makes the next one run as root, in the array AS_ROOT; fails where there is none that asks nothing.
find_root() {
    AS_ROOT=()
    if ((EUID == 0)); then return 0; fi
    if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
        AS_ROOT=(sudo -n)
        return 0
    fi
    return 1
}

# install_packages PACKAGE... installs what is missing of them and can be had.
#
# Afterwards the array STILL_MISSING has the rest, each with the reason. Fails only when apt itself fails.
install_packages() {
    STILL_MISSING=()
    local missing=() wanted=() package
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then return 0; fi
    if ! command -v apt-get > /dev/null; then
        for package in "${missing[@]}"; do STILL_MISSING+=("$package: there is no apt-get here"); done
        return 0
    fi
    if ! find_root; then
        for package in "${missing[@]}"; do STILL_MISSING+=("$package: installing it needs root"); done
        return 0
    fi
    "${AS_ROOT[@]}" apt-get update -qq
    for package in "${missing[@]}"; do
        # Ubuntu has no chromium package, only a snap.
        if [[ "$(apt-cache policy "$package" 2> /dev/null)" == *"Candidate: "[0-9]* ]]; then
            wanted+=("$package")
        else
            STILL_MISSING+=("$package: apt has no such package here")
        fi
    done
    if ((${#wanted[@]} == 0)); then return 0; fi
    printf 'installing %s\n' "${wanted[*]}" >&2
    without_starting_services "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install \
        --yes --quiet --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${wanted[@]}" >&2
    for package in $(missing_packages "${wanted[@]}"); do
        STILL_MISSING+=("$package: it was installed and still isn't found")
    done
}

# without_starting_services COMMAND... runs an installation that must not start the daemons it brings.
#
# The tests run brokers and log daemons of their own; a system-wide RabbitMQ would only be in their way, and not everyone
# who runs the tests wants one. A policy of this form is Debian's own way to say so (invoke-rc.d(8)); it goes when the
# command has ended. One that is there already stays as it is. The services are still enabled for the next start of the
# machine, as they always are after an installation: `systemctl disable rabbitmq-server rsyslog haproxy` takes that back.
without_starting_services() (
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e "$policy" ]]; then
        trap '"${AS_ROOT[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$policy" > /dev/null
        "${AS_ROOT[@]}" chmod 755 "$policy"
    fi
    "$@"
)

# require_packages PACKAGE... installs them, or names those that are missing and fails.
require_packages() {
    install_packages "$@"
    if ((${#STILL_MISSING[@]} == 0)); then return 0; fi
    printf 'missing: %s\n' "${STILL_MISSING[@]}" >&2
    printf 'help: apt-get install %s\n' "$(missing_packages "$@" | tr '\n' ' ')" >&2
    return 1
}

# require_swift fails with advice where there is no Swift.
require_swift() {
    if command -v swift > /dev/null; then return 0; fi
    printf 'missing: swift 6.1 or later\nhelp: https://www.swift.org/install/linux\n' >&2
    return 1
}
