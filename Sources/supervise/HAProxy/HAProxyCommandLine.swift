/// HAProxy's command line, read.
///
/// A value: reading it looks at nothing but the words. Numbers are read as C's `atol` reads them, because HAProxy does:
/// what begins with no digit is 0, and 0 is as if the option weren't there.
///
/// - Source: HAProxy 2.6 management guide, section 3 ("Starting HAProxy").
struct HAProxyCommandLine: Sendable, Equatable {
    /// What the process is to do.
    enum Task: Sendable, Equatable {
        /// Run the files' instance.
        case run
        /// Say whether the files could be run (`-c`).
        case check
        /// Tell by the exit code whether a condition holds (`-cc`).
        case evaluate(String)
        /// Print the version (`-v`, `-vv`).
        case printVersion(withDetails: Bool)
    }

    /// Who else works on the process's sessions and workers.
    enum Mastery: Sendable, Equatable {
        /// A process by itself.
        case alone
        /// With a master's signals and exit codes (`-W`).
        case master
        /// The same, and tells systemd what it does (`-Ws`).
        case masterUnderSystemd
    }

    /// What is done with the old processes once this one is ready.
    struct Succession: Sendable, Equatable {
        /// Whether their sessions may end by themselves (`-sf`) or not (`-st`).
        var letsSessionsFinish: Bool
        /// The old processes.
        var processes: [Int32]
    }

    /// Why the words are refused.
    enum Mistake: Error, Sendable, Equatable {
        /// A word that is no option, or nothing to do: the usage says the rest.
        case usage
        /// An option's value isn't there.
        case missingValue(String)
        /// `-sf` or `-st` with something that is no process number.
        case notAProcess(option: String, rest: String)
    }

    /// What to do.
    var task = Task.run
    /// Files and folders in their order.
    var paths: [String] = []
    /// Where to go before anything is read (`-C`).
    var directory: String?
    /// Whether messages are left out (`-q`); `-V` takes it back, wherever it stands.
    var isQuiet = false
    /// Whether it stays in the foreground whatever the file says (`-d`, `-db`).
    var staysInForeground = false
    /// Whether it goes to the background (`-D`).
    var goesToBackground = false
    /// `-W` and `-Ws`.
    var mastery = Mastery.alone
    /// `-sf` and `-st`.
    var succession: Succession?
    /// Where to write the process number (`-p`).
    var pidFile: String?
    /// This process's name among its peers (`-L`).
    var localPeer: String?
    /// Most connections of the process (`-n`).
    var maxconn: Int?
    /// Most connections of a proxy that doesn't say itself (`-N`).
    var proxyMaxconn: Int?
    /// Whether a warning is as bad as an error (`-dW`).
    var failsOnWarnings = false
    /// Whether addresses are taken for this process alone (`-dR`).
    var refusesSharedAddresses = false
    /// The stats socket of the old process (`-x`).
    var oldSocket: String?
    /// Whether another one was given before it.
    var repeatsOldSocket = false
    /// Most memory of the process, in megabytes (`-m`).
    var memoryLimit: Int?
    /// Where the history is kept (`--state DIR`, which HAProxy doesn't have).
    var stateDirectory: String?
    /// Where a master takes commands (`-S`).
    var masterSocket: String?
    /// Options that were understood and change nothing here, as given.
    var withoutEffect: [String] = []

    /// What an operator may count on and does not get, in a sentence each.
    ///
    /// - Parameter hasMaster: whether there will be a master.
    /// - Returns: the sentences.
    func shortfalls(hasMaster: Bool) -> [String] {
        var told: [String] = []
        if masterSocket != nil, !hasMaster {
            told.append("a master CLI socket was defined, but master-worker mode (-W) is not enabled.")
        }
        if repeatsOldSocket { told.append("-x option already set, overwriting the value") }
        return told
    }

    /// Reads the words.
    ///
    /// - Parameter words: the command line without the program's name.
    /// - Throws: `Mistake` for the first word that is wrong. A version asked for before it is printed all the same.
    init(_ words: [String]) throws(Mistake) {
        var reading = Reading(words: words[...], line: self)
        try reading.readAll()
        self = reading.line
        guard case .run = task else {
            if task == .check, paths.isEmpty { throw .usage }
            return
        }
        if paths.isEmpty { throw .usage }
    }
}

/// The state between two words.
private struct Reading {
    var words: ArraySlice<String>
    var line: HAProxyCommandLine
    private var isVerbose = false

    init(words: ArraySlice<String>, line: HAProxyCommandLine) {
        self.words = words
        self.line = line
    }

    mutating func readAll() throws(HAProxyCommandLine.Mistake) {
        while let word = words.popFirst() {
            if try readState(word) { continue }
            guard let option = HAProxyOption.named(by: word) else { throw .usage }
            switch option.value {
            case .none: read(option, word)
            case .word: try read(option, word, value: value(of: option, word))
            case .processes: try readProcesses(option, word)
            }
            // HAProxy prints its version as soon as it is asked to, and looks at nothing behind that.
            if case .printVersion = line.task { return }
            if case .evaluate = line.task { return }
        }
        if isVerbose { line.isQuiet = false }
    }

    /// `--state DIR` and `--state=DIR`: the one option that HAProxy doesn't have.
    private mutating func readState(_ word: String) throws(HAProxyCommandLine.Mistake) -> Bool {
        let name = "--state"
        if word == name {
            guard let path = words.popFirst() else { throw .missingValue(word) }
            line.stateDirectory = path
            return true
        }
        guard word.hasPrefix(name + "=") else { return false }
        line.stateDirectory = String(word.dropFirst(name.count + 1))
        return true
    }

    private mutating func value(of option: HAProxyOption, _ word: String) throws(HAProxyCommandLine.Mistake) -> String {
        if let value = words.popFirst() { return value }
        if option == .checkCondition { throw .usage }
        throw .missingValue(word)
    }

    private mutating func read(_ option: HAProxyOption, _ word: String) {
        switch option {
        case .remainingFiles:
            line.paths += words
            words = []
        case .checkFiles: line.task = .check
        case .version: line.task = .printVersion(withDetails: false)
        case .versionWithDetails: line.task = .printVersion(withDetails: true)
        case .verbose: isVerbose = true
        case .quiet: line.isQuiet = true
        case .debug:
            line.staysInForeground = true
            isVerbose = true
        case .foreground: line.staysInForeground = true
        case .background: line.goesToBackground = true
        case .masterWorker: if line.mastery == .alone { line.mastery = .master }
        case .masterWorkerForSystemd: line.mastery = .masterUnderSystemd
        case .failOnWarnings: line.failsOnWarnings = true
        case .refuseSharedAddresses: line.refusesSharedAddresses = true
        case .ignoreResolutionFailures, .diagnose, .memoryDebugging, .keywordDump, .objectDump, .noEpoll, .noPoll,
            .noKqueue, .noSplice, .noGetaddrinfo, .noServerVerification:
            line.withoutEffect.append(word)
        case .addFile, .changeDirectory, .checkCondition, .masterSocket, .oldSocket, .finishOld, .terminateOld,
            .pidFile, .localPeer, .maxconn, .proxyMaxconn, .memoryLimit:
            preconditionFailure("an option with a value is read with it: \(word)")
        }
    }

    private mutating func read(_ option: HAProxyOption, _ word: String, value: String) {
        switch option {
        case .addFile: line.paths.append(value)
        case .changeDirectory: line.directory = value
        case .checkCondition: line.task = .evaluate(value)
        case .oldSocket:
            line.repeatsOldSocket = line.oldSocket != nil
            line.oldSocket = value
        case .pidFile: line.pidFile = value
        case .localPeer: line.localPeer = value
        case .maxconn: line.maxconn = Self.number(value)
        case .proxyMaxconn: line.proxyMaxconn = Self.number(value)
        case .masterSocket: line.masterSocket = value
        case .memoryLimit: line.memoryLimit = Self.number(value)
        case .remainingFiles, .checkFiles, .version, .versionWithDetails, .verbose, .quiet, .debug, .foreground,
            .background, .masterWorker, .masterWorkerForSystemd, .finishOld, .terminateOld, .failOnWarnings,
            .ignoreResolutionFailures, .diagnose, .refuseSharedAddresses, .memoryDebugging, .keywordDump,
            .objectDump, .noEpoll, .noPoll, .noKqueue, .noSplice, .noGetaddrinfo, .noServerVerification:
            preconditionFailure("an option without a value has none: \(word)")
        }
    }

    private mutating func readProcesses(
        _ option: HAProxyOption, _ word: String
    ) throws(HAProxyCommandLine.Mistake) {
        let name = "-" + option.letters
        var processes = line.succession?.processes ?? []
        while let next = words.first, !next.hasPrefix("-") {
            words.removeFirst()
            let digits = next.prefix { $0.isASCII && $0.isNumber }
            guard digits.count == next.count else {
                throw .notAProcess(option: name, rest: String(next.dropFirst(digits.count)))
            }
            // Process 0 would be the whole process group.
            guard let process = Int32(digits), process > 0 else { throw .usage }
            processes.append(process)
        }
        line.succession = .init(letsSessionsFinish: option == .finishOld, processes: processes)
    }

    private static func number(_ text: String) -> Int? {
        let number = Int(text.prefix { $0.isASCII && $0.isNumber }) ?? 0
        return number > 0 ? number : nil
    }
}
