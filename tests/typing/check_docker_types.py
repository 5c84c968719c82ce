"""Only type-checked: docker-py's own values are accepted where this project has its own."""

from __future__ import annotations

from docker import types

from pytest_docker_tools import container, network

web = container(
    image="nginx",
    mounts=[types.Mount("/data", "data")],
    ulimits=[types.Ulimit(name="nofile", soft=1)],
    log_config=types.LogConfig(type="json-file"),
    device_requests=[types.DeviceRequest(count=-1, capabilities=[["gpu"]])],
    healthcheck=types.Healthcheck(test="true"),
    networking_config={"net": types.EndpointConfig("1.41", aliases=["web"])},
)
net = network(ipam=types.IPAMConfig(pool_configs=[types.IPAMPool(subnet="192.0.2.0/24")]))
