import Foundation
import Hummingbird
import Model
import NIOCore
import Supervision

/// Everything that runs at one moment, as a live view shows it: the answer of `GET /v1/live`.
public struct LiveView: Codable, Sendable, Hashable {
    /// One instance.
    public struct Instance: Codable, Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Where it is in its life.
        public var state: InstanceState
        /// Why it does not run, where it doesn't.
        public var reason: String?
        /// How long it has run; `nil` while it doesn't.
        public var uptimeSeconds: Int64?
        /// How many of its servers are up, and how many there are.
        public var serversUp: Int
        /// How many servers it has.
        public var servers: Int
        /// Sessions now.
        public var sessions: Int
        /// Sessions in the last second.
        public var sessionRate: Int
        /// Bytes to clients and servers since its start.
        public var bytesOut: Int64

        /// Makes one.
        ///
        /// - Parameter status: what the supervisor knows of it.
        public init(_ status: InstanceStatus) {
            name = status.instance
            state = status.state
            reason = status.reason
            uptimeSeconds = status.uptimeMilliseconds.map { $0 / 1_000 }
            (serversUp, servers, sessions) = (status.serversUp, status.servers, status.sessions)
            (sessionRate, bytesOut) = (0, 0)
        }
    }

    /// One server of one instance.
    public struct Server: Codable, Sendable, Hashable {
        /// Its full name.
        public var identity: ServerIdentity
        /// Its state as HAProxy words it, such as `UP 1/2`.
        public var status: String
        /// Its state as the history knows it.
        public var state: ServerState
        /// Whether it is a backup.
        public var isBackup: Bool
        /// What the last check found, such as `L4OK`; empty where nobody checks it.
        public var check: String
        /// Its weight now.
        public var weight: Int
        /// Sessions now.
        public var sessions: Int
        /// Sessions in the last second.
        public var sessionRate: Int
        /// Sessions that wait for it.
        public var queued: Int
        /// Bytes from clients since the instance's start.
        public var bytesIn: Int64
        /// Bytes to clients since the instance's start.
        public var bytesOut: Int64
        /// How long it has been in its state.
        public var secondsInState: Int

        /// Makes one.
        ///
        /// - Parameters:
        ///   - server: the server at one moment.
        ///   - identity: its full name.
        public init(_ server: ServerSnapshot, _ identity: ServerIdentity) {
            let counters = server.counters
            self.identity = identity
            status = ServerStatus(of: server).text
            state = server.state
            isBackup = server.isBackup
            check = CheckColumns(of: server)?.statusText ?? ""
            weight = server.weight
            (sessions, sessionRate, queued) =
                (counters.currentSessions, counters.sessionRate.current, counters.queueCurrent)
            (bytesIn, bytesOut) = (counters.bytesIn, counters.bytesOut)
            secondsInState = counters.secondsSinceLastChange
        }
    }

    /// When it was so, in milliseconds since 1970.
    public var atMilliseconds: Int64
    /// The instances, by name.
    public var instances: [Instance]
    /// Their servers, in the order of the files.
    public var servers: [Server]

    /// Makes a view.
    ///
    /// - Parameters:
    ///   - at: when it is so.
    ///   - instances: the instances.
    ///   - servers: their servers.
    public init(at: Timestamp, instances: [Instance], servers: [Server]) {
        atMilliseconds = at.millisecondsSinceEpoch
        self.instances = instances
        self.servers = servers
    }
}

extension ControlRoutes {
    /// Adds `GET /v1/live`.
    ///
    /// - Parameter router: where to add it.
    func addLiveView(to router: Router<ControlContext>) {
        router.get("/v1/live") { _, _ in
            let now = Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
            var view = LiveView(at: now, instances: [], servers: [])
            for status in try await control.status(of: []) {
                var instance = LiveView.Instance(status)
                if let snapshot = try await control.snapshot(of: status.instance) {
                    instance.sessionRate = snapshot.sessionRate.current
                    instance.bytesOut = snapshot.totalBytesOut
                    view.servers += snapshot.proxies.flatMap { proxy in
                        proxy.servers.map { server in
                            LiveView.Server(
                                server,
                                ServerIdentity(instance: status.instance, proxy: proxy.name, server: server.name))
                        }
                    }
                }
                view.instances.append(instance)
            }
            return Response(
                status: .ok,
                headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(view))))
        }
    }
}

extension ControlClient {
    /// Everything that runs now.
    ///
    /// - Returns: instances and servers.
    /// - Throws: `ControlClientError`.
    public func live() async throws(ControlClientError) -> LiveView { try await ask(LiveView.self, "/v1/live") }
}
