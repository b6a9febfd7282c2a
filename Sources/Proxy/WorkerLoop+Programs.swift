import Configuration
import EventLoop
import Health
import Model

/// Programs: checks that are another program's business (`option external-check`).
///
/// - Source: HAProxy 2.6 configuration manual, `external-check command`, and recordings of HAProxy 2.6.
extension WorkerLoop {
    /// A program that runs for a check.
    struct RunningProgram {
        var process: ChildProcess
        /// Readable when it has ended.
        var descriptor: Int32
        /// How the check ends whose program does not end by itself; `nil` while it still may.
        var overdue: Overdue?
    }

    /// Why a program was ended.
    enum Overdue {
        /// It has taken too long.
        case expired
        /// The server is not to be checked any more.
        case unwanted
    }

    /// What HAProxy says of a program that could not be started.
    private static let codeOfMissingProgram = 255
    /// What HAProxy says of a program that a signal has ended.
    private static let codeOfKilledProgram = -1

    /// Begins a check by a program.
    ///
    /// - Parameters:
    ///   - program: which.
    ///   - check: the check.
    ///   - position: which check it is.
    func run(_ program: ProgramCheck, _ check: ServerCheck, _ position: Int) {
        let place = place(position)
        let backend = backend(place.backend)
        var plan = ChildProcess.Plan(
            program: program.command, arguments: [program.command],
            environment: environment(of: backend.servers[place.server], in: backend, program))
        plan.arguments += arguments(plan.environment)
        plan.leadsSession = true
        check.generation &+= 1
        do {
            let process = try ChildProcess(plan)
            watch(process, check, position)
        } catch {
            finish(position, CheckResult(status: .processError, code: Self.codeOfMissingProgram))
        }
    }

    private func watch(_ process: ChildProcess, _ check: ServerCheck, _ position: Int) {
        do {
            let descriptor = try process.endDescriptor()
            let token = EventToken(
                kind: Subject.check.rawValue, generation: check.generation, index: UInt32(position))
            let code = poller.add(descriptor, token: token)
            guard code == 0 else {
                Socket.close(descriptor)
                throw SystemError("epoll_ctl", "process \(process.identifier)", code: code)
            }
            check.program = RunningProgram(process: process, descriptor: descriptor)
            let limit = check.schedule.answerLimit ?? check.schedule.interval
            plan(check, position, at: now.advanced(byMilliseconds: limit.wholeMilliseconds))
        } catch {
            // Nobody could tell when it ends.
            process.endGroup()
            _ = process.waitUntilEnded()
            finish(position, CheckResult(status: .socketError, detail: "\(error)"))
        }
    }

    /// A check's program has taken too long: it is ended, and its end is waited for.
    ///
    /// - Parameter check: the check.
    func programHasExpired(_ check: ServerCheck) {
        endProgram(of: check, as: .expired)
    }

    /// Ends a check's program, if one runs.
    ///
    /// - Parameters:
    ///   - check: the check.
    ///   - reason: why.
    func endProgram(of check: ServerCheck, as reason: Overdue) {
        guard let program = check.program else { return }
        check.program?.overdue = reason
        program.process.endGroup()
    }

    /// A check's program has ended.
    ///
    /// - Parameters:
    ///   - program: the program.
    ///   - check: the check.
    ///   - position: which check it is.
    func programHasEnded(_ program: RunningProgram, _ check: ServerCheck, _ position: Int) {
        let end = takeIn(program, of: check)
        switch (program.overdue, end) {
        case (.unwanted, _): break
        case (.expired, _): finish(position, CheckResult(status: .processTimeout, code: 0))
        case (nil, .code(0)): finish(position, CheckResult(status: .processOK, code: 0))
        case (nil, .code(let code)): finish(position, CheckResult(status: .processError, code: Int(code)))
        case (nil, .signal): finish(position, CheckResult(status: .processError, code: Self.codeOfKilledProgram))
        }
    }

    /// Takes in the end of a program that has ended, or is about to because it was told so.
    ///
    /// - Parameters:
    ///   - program: the program.
    ///   - check: the check.
    /// - Returns: how it ended.
    @discardableResult
    func takeIn(_ program: RunningProgram, of check: ServerCheck) -> ChildProcess.End {
        Socket.close(program.descriptor)
        check.program = nil
        return program.process.waitUntilEnded()
    }

    private func environment(
        of server: Server, in backend: Backend, _ program: ProgramCheck
    ) -> [String: String] {
        let listener = address(of: backend.configuration)
        let target = address(of: server)
        return [
            "HAPROXY_PROXY_NAME": backend.configuration.name, "HAPROXY_PROXY_ID": "\(backend.configuration.id)",
            "HAPROXY_PROXY_ADDR": listener.host, "HAPROXY_PROXY_PORT": listener.port,
            "HAPROXY_SERVER_NAME": server.configuration.name, "HAPROXY_SERVER_ID": "\(server.configuration.id)",
            "HAPROXY_SERVER_ADDR": target.host, "HAPROXY_SERVER_PORT": target.port,
            "HAPROXY_SERVER_MAXCONN": "\(server.configuration.maxconn ?? 0)",
            "HAPROXY_SERVER_CURCONN": "\(server.tally.toldSessions)", "HAPROXY_SERVER_SSL": "0",
            "HAPROXY_SERVER_PROTO": "tcp", "PATH": program.path,
        ]
    }

    /// The same addresses as words of the command line, where nothing is said in another way.
    private func arguments(_ environment: [String: String]) -> [String] {
        ["HAPROXY_PROXY_ADDR", "HAPROXY_PROXY_PORT", "HAPROXY_SERVER_ADDR", "HAPROXY_SERVER_PORT"].map { name in
            environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? "NOT_USED"
        }
    }

    /// Where a proxy listens first.
    private func address(of proxy: ProxyConfiguration) -> (host: String, port: String) {
        switch proxy.binds.first?.address {
        case .ipv4(let host, let port), .ipv6(let host, let port, _): (host, "\(port)")
        case .unix(let path): (path, "")
        case .abstract, .descriptor, nil: ("", "")
        }
    }

    private func address(of server: Server) -> (host: String, port: String) {
        switch server.address {
        case .ip(let endpoint): (endpoint.host, "\(endpoint.port)")
        case .unix(let path): (path, "")
        case .abstract, nil: ("", "")
        }
    }
}
