# Shared by the scripts in this folder, which do what the suites of the same names do.
# BENCHMARK_IMAGE is the image of all containers, BENCHMARK_RUN the label by which they are found.
# shellcheck shell=bash

# What is written to a connection that has been closed is an error, not the end of the script.
trap '' PIPE

run() {
    docker run -d --label "pytest-docker-tools.benchmark=$BENCHMARK_RUN" "$@"
}

# host_ports ID...: a line for each, its host port of 8080/tcp.
host_ports() {
    docker inspect -f '{{(index .NetworkSettings.Ports "8080/tcp" 0).HostPort}}' "$@"
}

# until_answers PORT: asks until there is an answer. A connection is none: the engine's proxy takes it before the server.
until_answers() {
    until ask "$1" 2>/dev/null; do
        sleep 0.02
    done
}

# ask PORT: whether an HTTP server answers there; by the shell itself, which starts no process for that.
ask() {
    local status=
    {
        printf 'GET /hostname HTTP/1.0\r\n\r\n' >&3
        read -r status <&3
    } 3<>"/dev/tcp/127.0.0.1/$1"
    [[ $status == *\ 200\ * ]]
}
