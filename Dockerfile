# supervise in a container: its own user, messages on standard error, instances in /etc/supervise, the history in /var/lib/supervise.
#
#   docker build -t supervise .
#   docker run --read-only -v ./Instances:/etc/supervise:ro -v history:/var/lib/supervise -p 5670:5670 supervise

FROM swift:6.1-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends libsqlite3-dev libssl-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Migrations Migrations
COPY Sources Sources
COPY Tests Tests
RUN for product in supervise supervise-guardian; do \
        swift build --configuration release --product "$product" --static-swift-stdlib --disable-local-rpath || exit 1; \
        strip --strip-unneeded ".build/release/$product"; \
    done

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libsqlite3-0 libssl3 libstdc++6 zlib1g libcrypt1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 990 supervise \
    && useradd --system --uid 990 --gid 990 --no-create-home --home-dir /var/lib/supervise --shell /usr/sbin/nologin supervise \
    && install -d -o supervise -g supervise -m 750 /var/lib/supervise \
    && install -d -o supervise -g supervise -m 755 /run/supervise \
    && install -d /etc/supervise
COPY --from=build /source/.build/release/supervise /source/.build/release/supervise-guardian /usr/bin/

# A number, so that an orchestrator can see that it isn't root.
USER 990:990
ENV SUPERVISE_STATE=/var/lib/supervise
VOLUME /var/lib/supervise
# The first one lets sessions end for --drain; give the container more than that before it is killed (--stop-timeout).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=2 CMD ["supervise", "is-healthy"]
# Sessions are logged where the files say: 'log stdout format raw local0' for the container's own log.
ENTRYPOINT ["/usr/bin/supervise"]
CMD ["up", "--instances", "/etc/supervise", "--drain", "8"]
