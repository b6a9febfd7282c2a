import Configuration
import EventLoop
import Foundation
import Logging
import Supervision

/// The program as HAProxy: takes its command line, gives its exit codes.
///
/// Called so by the name `haproxy` (a link to the program), or as `supervise haproxy …`.
struct HAProxyProgram: Sendable {
    /// HAProxy's exit codes.
    enum ExitCode {
        static let done: Int32 = 0
        /// Wrong usage, a wrong file, or a condition that doesn't hold.
        static let failed: Int32 = 1
        /// A condition that cannot be read.
        static let unreadableCondition: Int32 = 2
        /// Files without a mistake that nobody would listen with.
        static let nothingListens: Int32 = 2
    }

    /// The name by which the program is HAProxy.
    static let name = "haproxy"

    /// How it was called, for the usage.
    private let calledAs: String
    private let words: [String]
    private let environment: [String: String]
    /// What came from a master; `nil` in a process that has none.
    private let handover: HAProxyHandover?

    /// Looks whether the program is to be HAProxy; `nil` when it is to be itself.
    ///
    /// - Parameters:
    ///   - arguments: the program's arguments, its name first.
    ///   - environment: its environment.
    init?(arguments: [String], environment: [String: String]) {
        guard let path = arguments.first else { return nil }
        if path.split(separator: "/").last.map(String.init) == Self.name {
            calledAs = Self.name
            words = Array(arguments.dropFirst())
        } else if arguments.dropFirst().first == Self.name {
            calledAs = "supervise \(Self.name)"
            words = Array(arguments.dropFirst(2))
        } else {
            return nil
        }
        self.environment = environment
        handover = HAProxyHandover(environment: environment)
    }

    /// Does what the command line says, and ends the process.
    ///
    /// To be called on its first and only thread.
    func run() -> Never {
        let signals = HAProxySignals()
        switch begin() {
        case .end(let code): exit(code)
        case .serve(let run, let messages):
            Task {
                switch await run.untilEnded(messages, signals.numbers) {
                case .code(let code): exit(code)
                case .signal(let number): CurrentProcess.end(by: number)
                }
            }
        case .master(let master):
            Task {
                var master = master
                exit(await master.untilEnded(signals.numbers))
            }
        }
        signals.passOn(HAProxyReaction.signals)
    }

    /// What is left to be done once everything was done that needs one thread only.
    private enum Rest {
        case end(Int32)
        case serve(HAProxyRun, HAProxyMessages)
        case master(HAProxyMaster)
    }

    private func begin() -> Rest {
        let line: HAProxyCommandLine
        do throws(HAProxyCommandLine.Mistake) {
            line = try HAProxyCommandLine(words)
        } catch {
            return .end(refuse(error))
        }
        switch line.task {
        case .printVersion(let withDetails): return .end(printVersion(withDetails: withDetails))
        case .evaluate(let condition): return .end(evaluate(condition))
        case .check: return read(line)
        case .run:
            for number in HAProxyReaction.ignored { signal(number, SIG_IGN) }
            return read(line)
        }
    }

    private func refuse(_ mistake: HAProxyCommandLine.Mistake) -> Int32 {
        var messages = HAProxyMessages(isQuiet: false)
        switch mistake {
        case .usage: Output.message(HAProxyUsage.text(calledAs))
        case .missingValue(let option): messages.tell(.alert, "\(option) option: its value is missing")
        case .notAProcess(let option, let rest):
            messages.tell(.alert, "\(option) option: some bytes unconsumed in PID list {\(rest)}")
        }
        return ExitCode.failed
    }

    private func printVersion(withDetails: Bool) -> Int32 {
        say(withDetails ? [HAProxyUsage.version, HAProxyUsage.details] : [HAProxyUsage.version])
        return ExitCode.done
    }

    private func evaluate(_ condition: String) -> Int32 {
        let facts = Condition.Facts(
            environment: environment, features: Condition.Facts.presentFeatures,
            version: Condition.Facts.compatibleVersion, library: Condition.Facts.presentLibrary)
        do throws(Condition.Mistake) {
            let text = try Condition.unquoted(condition, environment: environment)
            return try Condition.evaluate(text, facts) ? ExitCode.done : ExitCode.failed
        } catch {
            var messages = HAProxyMessages(isQuiet: false)
            messages.tell(.alert, "config : Failed to evaluate condition: \(error)")
            return ExitCode.unreadableCondition
        }
    }

    /// Reads the files, and goes on with them as the command line says.
    private func read(_ line: HAProxyCommandLine) -> Rest {
        var messages = HAProxyMessages(isQuiet: line.isQuiet)
        // A process that this program has started is there already.
        if let directory = line.directory, !isInBackground, handover == nil,
            !FileManager.default.changeCurrentDirectoryPath(directory)
        {
            let reason = String(cString: strerror(errno))
            messages.tell(.alert, "Could not change to directory \(directory) : \(reason)")
            return .end(ExitCode.failed)
        }
        let files: HAProxyFiles
        do throws(HAProxyFiles.Problem) {
            files = try HAProxyFiles(line.paths)
        } catch {
            return .end(refuse(error, &messages))
        }
        let environment = environment(for: line)
        let read = { @Sendable in files.read(environment: environment).limited(by: line) }
        let parsed = read()
        let verdict = HAProxyFiles.verdict(on: parsed, failsOnWarnings: line.failsOnWarnings)
        if line.task == .check { return .end(report(parsed, verdict, line, &messages)) }
        switch (verdict, parsed.configuration) {
        case (.valid, var configuration?):
            if let commands = handover?.commands { configuration.addMasterSocket(commands) }
            let start = HAProxyStart(
                line: line, manner: HAProxyManner(line, configuration.global.process), configuration: configuration)
            do throws(HAProxyRefusal) {
                return try run(start, parsed.diagnostics, read: read, messages)
            } catch {
                messages.tell(.alert, "[haproxy.main()] \(error.text)")
            }
        case (.nothingListens, _):
            messages.tell(
                .alert, "[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.")
        case (.valid, nil), (.refused, _):
            messages.tellRefusal(parsed.diagnostics)
        }
        return .end(ExitCode.failed)
    }

    /// Opens what the instance listens on; in the background by a process that this one starts.
    private func run(
        _ start: HAProxyStart, _ diagnostics: [Diagnostic], read: @escaping @Sendable () -> ParsedInstance,
        _ messages: HAProxyMessages
    ) throws(HAProxyRefusal) -> Rest {
        var messages = messages
        if start.manner.goesToBackground, !isInBackground {
            do {
                return .end(try HAProxyProcess.startInBackground(environment))
            } catch {
                throw HAProxyRefusal(text: (error as? CommandFailure)?.message ?? "\(error)")
            }
        }
        HAProxySignals.hold(HAProxyReaction.signals)
        // A worker's master has told them.
        if handover == nil {
            messages.tell(diagnostics)
            for shortfall in start.line.shortfalls(hasMaster: start.manner.mastery != .alone) {
                messages.tell(.warning, shortfall)
            }
        }
        try start.raiseLimits(&messages)
        // A master's workers get the limit with the same words.
        if handover != nil || start.manner.mastery == .alone { try start.limitMemory(&messages) }
        let isQuiet = start.line.isQuiet
        let logger = Logger(label: "haproxy") { _ in HAProxyLog(isQuiet: isQuiet) }
        var sockets = InstanceSockets(
            logger: logger, areShared: start.manner.sharesAddresses, inherited: handover?.sockets ?? [:])
        if handover == nil { try start.fetchSockets(into: &sockets, &messages) }
        try start.open(&sockets, &messages)
        if handover == nil {
            let isMaster = start.manner.mastery != .alone
            let commands = try start.line.masterSocket.flatMap { isMaster ? $0 : nil }.map {
                (text) throws(HAProxyRefusal) in
                try HAProxyMasterSocket(text, environment: environment, logger: logger)
            }
            try start.writeNumber()
            if isMaster {
                return .master(
                    HAProxyMaster(
                        start, sockets, commands, read: read, environment: environment, isInBackground: isInBackground,
                        messages: messages))
            }
            // While it still may: the others can be another user's.
            start.tellPredecessors()
        }
        let found = try start.dropPrivileges(
            keepsHistory: HAProxyHistory.isKept(start.line, environment), logger, &messages)
        let run = HAProxyRun(
            start, sockets, found, link: handover.map { ProcessLink(inherited: $0.link) }, environment: environment,
            logger: logger
        ) { [isInBackground, handover] in
            if isInBackground { HAProxyProcess.leaveTerminal(reporting: handover == nil) }
        }
        return .serve(run, messages)
    }

    /// Whether this is the process that is to stay in the background.
    private var isInBackground: Bool { environment[HAProxyProcess.backgroundMark] != nil }

    /// What `"${NAME}"` in the files stands for.
    private func environment(for line: HAProxyCommandLine) -> [String: String] {
        var environment = environment
        environment[HAProxyProcess.backgroundMark] = nil
        environment[HAProxyHandover.variable] = nil
        environment["HAPROXY_LOCALPEER"] = line.localPeer ?? ProcessInfo.processInfo.hostName
        return environment
    }

    private func refuse(_ problem: HAProxyFiles.Problem, _ messages: inout HAProxyMessages) -> Int32 {
        switch problem {
        case .none: Output.message(HAProxyUsage.text(calledAs))
        case .unreadable(let path, let reason):
            messages.tell(.alert, "config : Cannot open configuration file/directory \(path) : \(reason)")
        }
        return ExitCode.failed
    }

    /// `-c`: what is wrong goes to standard error, the verdict to standard output.
    private func report(
        _ parsed: ParsedInstance, _ verdict: HAProxyFiles.Verdict, _ line: HAProxyCommandLine,
        _ messages: inout HAProxyMessages
    ) -> Int32 {
        let mastery = parsed.configuration.map { HAProxyManner(line, $0.global.process).mastery } ?? line.mastery
        let shortfalls = line.shortfalls(hasMaster: mastery != .alone)
        let hasWarnings = !shortfalls.isEmpty || parsed.diagnostics.contains { $0.severity == .warning }
        for shortfall in shortfalls { messages.tell(.warning, shortfall) }
        switch verdict {
        case .refused:
            messages.tellRefusal(parsed.diagnostics)
            return ExitCode.failed
        case .nothingListens:
            messages.tell(parsed.diagnostics.filter { $0.severity != .error })
            let text = "Configuration file has no error but will not start (no listener) => exit(2)."
            if !line.isQuiet { say([text]) }
            return ExitCode.nothingListens
        case .valid:
            messages.tell(parsed.diagnostics)
            guard !line.isQuiet else { return ExitCode.done }
            say((hasWarnings ? ["Warnings were found."] : []) + ["Configuration file is valid"])
            return ExitCode.done
        }
    }

    private func say(_ lines: [String]) {
        // A reader that has gone leaves nobody to tell; the exit code still says it.
        try? Output.current().write(lines: lines)
    }
}

extension ParsedInstance {
    /// The configuration with the command line's limits, which go before those of the files.
    ///
    /// - Parameter line: the command line.
    /// - Returns: the configuration with `-n` and `-N` put in.
    fileprivate func limited(by line: HAProxyCommandLine) -> ParsedInstance {
        var parsed = self
        if let limit = line.proxyMaxconn, let configuration {
            let unsaid = configuration.global.maxconn ?? GlobalConfiguration.maxconnWithoutSetting
            for (index, proxy) in configuration.proxies.enumerated() where proxy.maxconn == unsaid {
                parsed.configuration?.proxies[index].maxconn = limit
            }
        }
        if let limit = line.maxconn { parsed.configuration?.global.maxconn = limit }
        return parsed
    }
}

extension InstanceConfiguration {
    /// Adds the socket at which a worker takes what comes through its master.
    ///
    /// - Parameter descriptor: the listening socket.
    fileprivate mutating func addMasterSocket(_ descriptor: Int32) {
        let location = SourceLocation(file: "-S", line: 1, column: 1)
        var socket = StatsSocketConfiguration(address: .descriptor(descriptor), location: location)
        socket.level = .admin
        global.statsSockets.append(socket)
    }
}
