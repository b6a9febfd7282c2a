import Configuration
import EventLoop
import Health
import Model
import TLS

/// The health check of one server: its schedule, its counter and the connection that is being tried.
final class ServerCheck {
    let schedule: CheckSchedule
    /// What it says and wants to hear; `nil` where that a connection can be made is all it wants to know.
    var plan: CheckPlan?
    /// The program that decides instead of a conversation; `nil` for none.
    let command: ProgramCheck?
    /// The header that its connections begin with; `nil` is none.
    let proxyHeader: ProxyHeader?
    /// Where the check connects to: the server's address unless `addr` or `port` say otherwise; `nil` while the server has
    /// none.
    var address: SocketAddress?
    /// How its connections are made, where the system's defaults don't do; they leave the ports of a range to sessions.
    var options: ConnectOptions?
    var counter: HealthCounter
    /// The last finished check.
    var lastResult: CheckResult?
    /// What the log tells of it besides.
    var wordsForLog: String?
    /// What the broker that was spoken to last says of itself.
    var broker: BrokerIntroduction?
    /// Checks that failed before the server was down for sure.
    var failures = 0
    /// Since when checks say something else than the state; `nil` while they agree.
    var turningSince: MonotonicTime?

    /// Whether it is turned on; a person may turn it off while the instance runs.
    var isEnabled = true
    /// The SOCKS 4 proxy that its connections go through; `nil` without one.
    var socksProxy: SocketAddress?
    /// The server's SOCKS 4 proxy, for connections of its steps that go through it in any case; `nil` without one.
    var stepProxy: SocketAddress?
    /// How its connections speak TLS; `nil` when they don't.
    var tls: ServerTLSConfiguration?
    /// How connections of its steps do that speak it in any case.
    var stepTLS: StepTLSConfiguration?
    /// The TLS of the connection that is being tried, from its handshake on.
    var stream: TLSStream?

    /// What is being said; `nil` while no check runs, and in one that says nothing.
    var talk: CheckTalk?
    /// The program that runs; `nil` while none does.
    var program: WorkerLoop.RunningProgram?
    /// The connection that is being tried, -1 while none is.
    var descriptor: Int32 = -1
    var startedAt = MonotonicTime(nanoseconds: 0)
    /// Grows with each check, so that late events are recognized.
    var generation: UInt32 = 0
    /// The next start while idle, the time limit while a check runs.
    var timer = TimerHandle.none
    /// When the timer fires.
    var deadline = MonotonicTime(nanoseconds: 0)

    /// Makes a check that has not begun.
    ///
    /// - Parameters:
    ///   - schedule: when.
    ///   - plan: what it says and wants to hear; `nil` for a connection and nothing else.
    ///   - command: the program that decides instead of a conversation; `nil` for none.
    ///   - proxyHeader: the header that its connections begin with.
    ///   - counter: how far the server is.
    ///   - lastResult: what an earlier worker saw last.
    init(
        schedule: CheckSchedule, plan: CheckPlan?, command: ProgramCheck?, proxyHeader: ProxyHeader?,
        counter: HealthCounter,
        lastResult: CheckResult?
    ) {
        self.schedule = schedule
        self.plan = plan
        self.command = command
        self.proxyHeader = proxyHeader
        self.counter = counter
        self.lastResult = lastResult
    }

    /// How far the server is.
    var position: HealthPosition {
        HealthPosition(rise: counter.rise, fall: counter.fall, health: counter.health)
    }

    /// The connection, as what is said goes through it.
    var port: SecurePort { SecurePort(descriptor: descriptor, stream: stream) }

    /// Whether anything may have news: a connection, be it one that is kept between checks, or a program.
    var isWatched: Bool { descriptor >= 0 || program != nil }

    /// Whether a check runs now.
    var isRunning: Bool {
        if let talk { return !talk.conversation.isPaused }
        return descriptor >= 0 || program != nil
    }

    /// Takes what a server's line says of its connections.
    ///
    /// - Parameters:
    ///   - line: the line.
    ///   - way: how the server's connections are made, where something is said about that.
    func equip(as line: ServerConfiguration, way: OutgoingConnections?) {
        options = way?.options
        tls = line.check?.tls
        stepTLS = line.check?.stepTLS
        stepProxy = line.socksAddress
        socksProxy = line.check?.goesThroughSOCKS == true ? line.socksAddress : nil
    }

    /// The proxy that a connection of a conversation goes through.
    ///
    /// - Parameter connection: what its line says.
    /// - Returns: the proxy's address; `nil` for none.
    func proxy(of connection: CheckPlan.Connection) -> SocketAddress? {
        if connection.goesThroughSOCKS, let stepProxy { return stepProxy }
        return connection.usesServerDefaults ? socksProxy : nil
    }

    /// How a connection of a conversation speaks TLS.
    ///
    /// - Parameter connection: what its line says.
    /// - Returns: how; `nil` where it doesn't.
    func tls(of connection: CheckPlan.Connection) -> ServerTLSConfiguration? {
        guard connection.isEncrypted else { return connection.usesServerDefaults ? tls : nil }
        return connection.usesServerDefaults ? stepTLS?.usual : stepTLS?.plain
    }

    /// Where a connection of a conversation goes.
    ///
    /// - Parameter connection: what its line says.
    /// - Returns: the address; `nil` while the server has none.
    func address(of connection: CheckPlan.Connection) -> SocketAddress? {
        guard connection.address != nil || connection.port != nil, case .ip(let endpoint)? = address else {
            return address
        }
        let port = connection.port ?? endpoint.port
        return SocketAddress(ip: connection.address ?? endpoint.host, port: port) ?? address
    }
}
