/// What a letter of HAProxy's command line stands for.
///
/// - Source: HAProxy 2.6 management guide, section 3 ("Starting HAProxy"), and what 2.6.12 does with each of them.
enum HAProxyOption: Sendable, Hashable, CaseIterable {
    case addFile, remainingFiles, changeDirectory, checkFiles, checkCondition
    case version, versionWithDetails, verbose, quiet
    case debug, foreground, background, masterWorker, masterWorkerForSystemd
    case masterSocket, oldSocket, finishOld, terminateOld
    case pidFile, localPeer, maxconn, proxyMaxconn, memoryLimit
    case failOnWarnings, ignoreResolutionFailures, diagnose, refuseSharedAddresses
    case memoryDebugging, keywordDump, objectDump
    case noEpoll, noPoll, noKqueue, noSplice, noGetaddrinfo, noServerVerification

    /// What follows the letters on the command line.
    enum Value: Sendable, Hashable {
        case none
        /// The next word, whatever it looks like.
        case word
        /// All next words that don't begin with a dash.
        case processes
    }

    /// How a word has to begin to be this option.
    ///
    /// HAProxy looks at the leading letters only: `-Dx` is `-D`, and `-vq` is `-v`. `--` alone has to be whole.
    var letters: String {
        switch self {
        case .addFile: "f"
        case .remainingFiles: "-"
        case .changeDirectory: "C"
        case .checkFiles: "c"
        case .checkCondition: "cc"
        case .version: "v"
        case .versionWithDetails: "vv"
        case .verbose: "V"
        case .quiet: "q"
        case .debug: "d"
        case .foreground: "db"
        case .background: "D"
        case .masterWorker: "W"
        case .masterWorkerForSystemd: "Ws"
        case .masterSocket: "S"
        case .oldSocket: "x"
        case .finishOld: "sf"
        case .terminateOld: "st"
        case .pidFile: "p"
        case .localPeer: "L"
        case .maxconn: "n"
        case .proxyMaxconn: "N"
        case .memoryLimit: "m"
        case .failOnWarnings: "dW"
        case .ignoreResolutionFailures: "dr"
        case .diagnose: "dD"
        case .refuseSharedAddresses: "dR"
        case .memoryDebugging: "dM"
        case .keywordDump: "dK"
        case .objectDump: "dL"
        case .noEpoll: "de"
        case .noPoll: "dp"
        case .noKqueue: "dk"
        case .noSplice: "dS"
        case .noGetaddrinfo: "dG"
        case .noServerVerification: "dV"
        }
    }

    /// What follows the letters.
    var value: Value {
        switch self {
        case .addFile, .changeDirectory, .checkCondition, .masterSocket, .oldSocket, .pidFile, .localPeer, .maxconn,
            .proxyMaxconn, .memoryLimit:
            .word
        case .finishOld, .terminateOld: .processes
        case .remainingFiles, .checkFiles, .version, .versionWithDetails, .verbose, .quiet, .debug, .foreground,
            .background, .masterWorker, .masterWorkerForSystemd, .failOnWarnings, .ignoreResolutionFailures,
            .diagnose, .refuseSharedAddresses, .memoryDebugging, .keywordDump, .objectDump, .noEpoll, .noPoll,
            .noKqueue, .noSplice, .noGetaddrinfo, .noServerVerification:
            .none
        }
    }

    /// The option that a word is.
    ///
    /// - Parameter word: a word of the command line.
    /// - Returns: the option whose letters are the most of the word's beginning; `nil` when there is none.
    static func named(by word: String) -> HAProxyOption? {
        guard word.hasPrefix("-") else { return nil }
        let letters = word.dropFirst()
        if letters.hasPrefix("-") { return letters == "-" ? .remainingFiles : nil }
        return byLength.first { letters.hasPrefix($0.letters) }
    }

    private static let byLength = allCases.filter { $0 != .remainingFiles }.sorted {
        $0.letters.count > $1.letters.count
    }
}
