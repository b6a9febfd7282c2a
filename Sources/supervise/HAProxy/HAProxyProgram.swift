import Configuration
import Foundation

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
    }

    /// Does what the command line says.
    ///
    /// - Returns: the exit code.
    func run() async -> Int32 {
        let line: HAProxyCommandLine
        do throws(HAProxyCommandLine.Mistake) {
            line = try HAProxyCommandLine(words)
        } catch {
            return refuse(error)
        }
        switch line.task {
        case .printVersion(let withDetails): return printVersion(withDetails: withDetails)
        case .evaluate(let condition): return evaluate(condition)
        case .check: return await read(line)
        case .run:
            // First of all: who tells an old process to make room may do it before that is up.
            for number in HAProxyReaction.ignored { signal(number, SIG_IGN) }
            return await read(line)
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
            version: Condition.Facts.compatibleVersion)
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
    private func read(_ line: HAProxyCommandLine) async -> Int32 {
        var messages = HAProxyMessages(isQuiet: line.isQuiet)
        if let directory = line.directory, !FileManager.default.changeCurrentDirectoryPath(directory) {
            let reason = String(cString: strerror(errno))
            messages.tell(.alert, "Could not change to directory \(directory) : \(reason)")
            return ExitCode.failed
        }
        let files: HAProxyFiles
        do throws(HAProxyFiles.Problem) {
            files = try HAProxyFiles(line.paths)
        } catch {
            return refuse(error, &messages)
        }
        let parsed = files.read(environment: environment(for: line)).limited(by: line)
        let verdict = HAProxyFiles.verdict(on: parsed, failsOnWarnings: line.failsOnWarnings)
        if line.task == .check { return report(parsed, verdict, line, &messages) }
        switch (verdict, parsed.configuration) {
        case (.valid, let configuration?):
            return await run(configuration, of: files, parsed.diagnostics, line, messages)
        case (.nothingListens, _):
            messages.tell(
                .alert, "[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.")
        case (.valid, nil), (.refused, _):
            messages.tellRefusal(parsed.diagnostics)
        }
        return ExitCode.failed
    }

    /// Runs the instance; in the background by a process that this one starts.
    private func run(
        _ configuration: InstanceConfiguration, of files: HAProxyFiles, _ diagnostics: [Diagnostic],
        _ line: HAProxyCommandLine, _ messages: HAProxyMessages
    ) async -> Int32 {
        var messages = messages
        let isInBackground = environment[HAProxyProcess.backgroundMark] != nil
        let manner = HAProxyManner(line, configuration.global.process)
        if manner.goesToBackground, !isInBackground {
            do {
                return try HAProxyProcess.startInBackground(environment)
            } catch {
                messages.tell(.alert, (error as? CommandFailure)?.message ?? "\(error)")
                return ExitCode.failed
            }
        }
        messages.tell(diagnostics)
        let environment = environment(for: line)
        var run = HAProxyRun(
            line, manner, configuration, read: { files.read(environment: environment).limited(by: line) },
            environment: self.environment, messages: messages)
        switch await run.untilEnded(whenReady: { if isInBackground { HAProxyProcess.leaveTerminal() } }) {
        case .code(let code): return code
        case .signal(let number): HAProxyProcess.end(by: number)
        }
    }

    /// What `"${NAME}"` in the files stands for.
    private func environment(for line: HAProxyCommandLine) -> [String: String] {
        var environment = environment
        environment[HAProxyProcess.backgroundMark] = nil
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
        let hasWarnings = parsed.diagnostics.contains { $0.severity == .warning }
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
