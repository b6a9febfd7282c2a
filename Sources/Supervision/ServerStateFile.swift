import Model

/// What a file of servers' states says, as `show servers state` writes it.
///
/// - Source: HAProxy 2.6 management guide, `show servers state`, version 1 of the format.
struct ServerStateFile {
    /// One server as an earlier process left it.
    struct Entry: Equatable {
        /// What its checks had found.
        var operational: OperationalState
        /// Whether passed checks had begun to bring it up.
        var isStarting: Bool
        /// What a person had ordered; the file's own `disabled` doesn't count.
        var ordered: AdministrativeState
        /// Whether the earlier process's configuration disabled it.
        var wasDisabled: Bool
        /// Its weight.
        var weight: Int
        /// The weight that the earlier process's configuration gave it.
        var fileWeight: Int
        /// How long its state had lasted, in seconds.
        var secondsSinceChange: Int64
        /// Whether its checks had been turned off.
        var isCheckOff: Bool
        /// Where it was.
        var host: String
        /// Its port; `nil` where it had none.
        var port: UInt16?
    }

    private var entries: [String: Entry] = [:]

    /// Reads a file's text; it is `nil` for another version of the format.
    ///
    /// - Parameter text: its text; lines that say nothing usable are passed over.
    init?(_ text: String) {
        let lines = text.split(separator: "\n")
        guard lines.first == "1" else { return nil }
        for line in lines.dropFirst() where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            guard let entry = Entry(words) else { continue }
            entries["\(words[Column.proxy.rawValue])/\(words[Column.server.rawValue])"] = entry
        }
    }

    /// What it says of a server.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's name.
    ///   - server: the server's name.
    subscript(proxy: String, server: String) -> Entry? { entries["\(proxy)/\(server)"] }

    /// The columns that are read, by their places.
    fileprivate enum Column: Int {
        case proxy = 1
        case server = 3
        case host = 4
        case operational = 5
        case administrative = 6
        case weight = 7
        case fileWeight = 8
        case seconds = 9
        case check = 13
        case port = 18
    }
}

extension ServerStateFile.Entry {
    /// Bits of `srv_admin_state` and `srv_check_state`.
    private enum Bit {
        static let orderedMaintenance = 0x01
        static let disabled = 0x04
        static let orderedDrain = 0x08
        static let checkConfigured = 0x02
        static let checkOn = 0x04
    }

    fileprivate init?(_ words: [String]) {
        typealias Column = ServerStateFile.Column
        guard words.count > Column.port.rawValue else { return nil }
        func number(_ column: Column) -> Int? { Int(words[column.rawValue]) }
        guard let state = number(.operational), (0...3).contains(state), let orders = number(.administrative),
            let weight = number(.weight), (0...WeightChange.greatest).contains(weight),
            let fileWeight = number(.fileWeight), let seconds = number(.seconds), seconds >= 0,
            let check = number(.check)
        else { return nil }
        isStarting = state == 1
        operational = state <= 1 ? .down : state == 2 ? .up : .stopping
        let isInMaintenance = orders & Bit.orderedMaintenance != 0
        // A drain that only came from a weight of 0 goes with that weight.
        let isDrained = orders & Bit.orderedDrain != 0 && fileWeight > 0
        ordered = isInMaintenance ? .maint : isDrained ? .drain : .ready
        wasDisabled = orders & Bit.disabled != 0
        self.weight = weight
        self.fileWeight = fileWeight
        secondsSinceChange = Int64(seconds)
        isCheckOff = check & Bit.checkConfigured != 0 && check & Bit.checkOn == 0
        host = words[Column.host.rawValue]
        port = UInt16(words[Column.port.rawValue]).flatMap { $0 == 0 ? nil : $0 }
    }
}
