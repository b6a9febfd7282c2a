import Balancing
import Configuration

/// Reads and writes what peers say to each other; a value that knows no sockets.
///
/// What stands in an update depends on the definitions before it, which are kept here: no more than `mostTables`, and of the
/// names in each only `mostNames`, as in HAProxy.
struct PeerDecoder: Sendable {
    /// The most bytes that one message can have: a peer that says more is not understood.
    static let mostBytes = 16_384
    /// The most tables that a peer may define.
    static let mostTables = 1_024
    /// The longest name of a table or a server, in bytes.
    static let longestName = 1_024
    /// The most names of servers that are remembered by their numbers.
    static let mostNames = 128
    /// The most numbers that an entry can have of one kind.
    static let mostNumbers = 100

    /// What came of a piece of what was sent.
    enum Result: Sendable, Equatable {
        /// A message, and how many bytes it had.
        case message(PeerMessage, length: Int)
        /// More has to come.
        case incomplete
        /// It is none.
        case malformed
    }

    private var tables: [UInt64: PeerTable] = [:]
    private var current: UInt64?
    private var lastUpdates: [UInt64: UInt32] = [:]
    private var names: [UInt64: String] = [:]

    /// The names of servers that were said with a number, by that.
    var knownNames: [UInt64: String] { names }

    /// The table that updates are about now; `nil` before the first definition.
    var table: PeerTable? { current.flatMap { tables[$0] } }

    /// Reads the first message.
    ///
    /// - Parameter bytes: what has come.
    /// - Returns: what it is.
    mutating func read(_ bytes: ArraySlice<UInt8>) -> Result {
        var reader = PeerReader(bytes)
        guard let kind = reader.byte(), let type = reader.byte() else { return .incomplete }
        // Short messages have nothing after their two bytes.
        guard type >= 128 else { return .message(Self.short(kind, type), length: 2) }
        let start = reader.index
        guard let length = reader.number() else {
            return bytes.endIndex - start >= PeerNumber.mostBytes ? .malformed : .incomplete
        }
        guard length <= UInt64(Self.mostBytes) else { return .malformed }
        guard let body = reader.bytes(Int(length)) else { return .incomplete }
        let size = reader.index - bytes.startIndex
        guard kind == PeerCode.tables else { return .message(.unknown, length: size) }
        var content = PeerReader(body)
        guard let message = stick(type, &content) else { return .malformed }
        return .message(message, length: size)
    }

    private static func short(_ kind: UInt8, _ type: UInt8) -> PeerMessage {
        switch (kind, type) {
        case (PeerCode.control, 0): .resyncRequest
        case (PeerCode.control, 1): .resyncFinished
        case (PeerCode.control, 2): .resyncPartial
        case (PeerCode.control, 3): .resyncConfirm
        case (PeerCode.control, 4): .heartbeat
        case (PeerCode.error, _): .complaint(type)
        default: .unknown
        }
    }

    private mutating func stick(_ type: UInt8, _ reader: inout PeerReader) -> PeerMessage? {
        switch type {
        case PeerCode.update: return update(&reader, isTimed: false, isIncremental: false)
        case PeerCode.incrementalUpdate: return update(&reader, isTimed: false, isIncremental: true)
        case PeerCode.timedUpdate: return update(&reader, isTimed: true, isIncremental: false)
        case PeerCode.incrementalTimedUpdate: return update(&reader, isTimed: true, isIncremental: true)
        case PeerCode.definition: return define(&reader)
        case PeerCode.tableSwitch:
            guard let number = reader.number(), tables[number] != nil else { return nil }
            current = number
            return .tableSwitch(number)
        case PeerCode.acknowledgement:
            guard let table = reader.number(), let update = reader.whole(UInt32.self) else { return nil }
            return .acknowledgement(table: table, update: update)
        default: return .unknown
        }
    }

    private mutating func define(_ reader: inout PeerReader) -> PeerMessage? {
        guard let number = reader.number(), let name = reader.text(), let kind = reader.number(),
            let length = reader.number(), let bits = reader.number(), let lifetime = reader.number(),
            name.utf8.count <= Self.longestName, tables[number] != nil || tables.count < Self.mostTables
        else { return nil }
        var table = PeerTable(number: number, name: name, lifetime: lifetime)
        table.keyKind = StickTableConfiguration.KeyKind(peerType: kind, length: length)
        for bit in UInt8(0)..<64 where bits & (1 << UInt64(bit)) != 0 {
            guard let data = PeerData(rawValue: bit) else {
                // How long it is can't be known, so nothing after it can be found.
                table.isUnreadable = true
                break
            }
            table.data.append(data)
        }
        while let bit = reader.number() {
            guard let value = reader.number() else { break }
            guard bit < 64, let data = PeerData(rawValue: UInt8(bit)) else { continue }
            if data.isSeveral {
                guard value <= UInt64(Self.mostNumbers) else { return nil }
                table.counts[data] = Int(value)
                if data.isRate { table.periods[data] = reader.number() }
            } else if data.isRate {
                table.periods[data] = value
            }
        }
        tables[number] = table
        current = number
        return .definition(table)
    }

    private mutating func update(
        _ reader: inout PeerReader, isTimed: Bool, isIncremental: Bool
    ) -> PeerMessage? {
        guard let current, let table = tables[current] else { return nil }
        var number = (lastUpdates[current] ?? 0) &+ 1
        if !isIncremental {
            guard let said = reader.whole(UInt32.self) else { return nil }
            number = said
        }
        lastUpdates[current] = number
        var millisecondsLeft: UInt32?
        if isTimed {
            guard let left = reader.whole(UInt32.self) else { return nil }
            millisecondsLeft = left
        }
        guard let kind = table.keyKind, !table.isUnreadable else { return .unknown }
        guard let key = key(kind, &reader) else { return nil }
        var update = PeerUpdate(number: number, key: key, millisecondsLeft: millisecondsLeft)
        for data in table.data {
            guard let value = value(of: data, in: table, &reader) else { return nil }
            update.values.append(value)
        }
        return .update(update)
    }

    private func key(_ kind: StickTableConfiguration.KeyKind, _ reader: inout PeerReader) -> StickKey? {
        switch kind {
        case .ipv4: return reader.whole(UInt32.self).map { .ipv4($0) }
        case .integer: return reader.whole(UInt32.self).map { .integer($0) }
        case .ipv6:
            guard let high = reader.whole(UInt64.self), let low = reader.whole(UInt64.self) else { return nil }
            return .ipv6(high, low)
        case .text: return reader.text().map { .text($0) }
        case .bytes(let length): return reader.bytes(length).map { .bytes(Array($0)) }
        }
    }

    private mutating func value(
        of data: PeerData, in table: PeerTable, _ reader: inout PeerReader
    ) -> PeerValue? {
        if data == .serverKey { return serverName(&reader) }
        if data.isSeveral {
            for _ in 0..<(table.counts[data] ?? 0) * (data.isRate ? 3 : 1) {
                guard reader.number() != nil else { return nil }
            }
            return .several
        }
        guard let first = reader.number() else { return nil }
        guard data.isRate else { return .number(first) }
        guard let current = reader.number(), let previous = reader.number() else { return nil }
        return .rate(age: first, current: current, previous: previous)
    }

    /// A name has a number, by which it is known from then on.
    private mutating func serverName(_ reader: inout PeerReader) -> PeerValue? {
        guard let length = reader.number(), length <= UInt64(reader.left), let body = reader.bytes(Int(length)) else {
            return nil
        }
        guard length > 0 else { return .text(nil) }
        var content = PeerReader(body)
        guard let number = content.number(), number > 0, number <= UInt64(Self.mostNames) else { return nil }
        guard content.left > 0 else { return .text(names[number]) }
        guard let name = content.text(), name.utf8.count <= Self.longestName else { return nil }
        names[number] = name
        return .text(name)
    }
}

/// Writes messages; it remembers which names the other side knows.
struct PeerEncoder: Sendable {
    /// What is being written, before its length is known; kept, so that updates take no memory.
    private var body: [UInt8] = []
    private var names: [String] = []
    /// The names that the other side knows, by their numbers less one.
    var knownNames: [String] { names }
    /// Which of them is replaced next.
    private var oldestName = 0

    /// Adds a message to what is sent.
    ///
    /// - Parameters:
    ///   - message: the message; updates are written for the table that was defined last.
    ///   - table: the table of an update.
    ///   - bytes: what is sent.
    mutating func append(_ message: PeerMessage, in table: PeerTable? = nil, to bytes: inout [UInt8]) {
        switch message {
        case .resyncRequest: bytes += [PeerCode.control, 0]
        case .resyncFinished: bytes += [PeerCode.control, 1]
        case .resyncPartial: bytes += [PeerCode.control, 2]
        case .resyncConfirm: bytes += [PeerCode.control, 3]
        case .heartbeat: bytes += [PeerCode.control, 4]
        case .complaint(let code): bytes += [PeerCode.error, code]
        case .definition(let table):
            body.removeAll(keepingCapacity: true)
            addDefinition(of: table)
            appendBody(PeerCode.definition, to: &bytes)
        case .tableSwitch(let number):
            body.removeAll(keepingCapacity: true)
            PeerNumber.append(number, to: &body)
            appendBody(PeerCode.tableSwitch, to: &bytes)
        case .acknowledgement(let table, let update):
            body.removeAll(keepingCapacity: true)
            PeerNumber.append(table, to: &body)
            add(update)
            appendBody(PeerCode.acknowledgement, to: &bytes)
        case .update(let update):
            guard let table else { preconditionFailure("an update is one of a table") }
            body.removeAll(keepingCapacity: true)
            add(update, in: table)
            let type = update.millisecondsLeft == nil ? PeerCode.update : PeerCode.timedUpdate
            appendBody(type, to: &bytes)
        case .unknown: preconditionFailure("what is not known is not said")
        }
    }

    private func appendBody(_ type: UInt8, to bytes: inout [UInt8]) {
        bytes.append(PeerCode.tables)
        bytes.append(type)
        PeerNumber.append(UInt64(body.count), to: &bytes)
        bytes += body
    }

    private mutating func add<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { body.append(contentsOf: $0) }
    }

    private mutating func add(_ text: String) {
        PeerNumber.append(UInt64(text.utf8.count), to: &body)
        body += text.utf8
    }

    private mutating func addDefinition(of table: PeerTable) {
        guard let kind = table.keyKind else { preconditionFailure("a table's entries are found by something") }
        PeerNumber.append(table.number, to: &body)
        add(table.name)
        PeerNumber.append(kind.peerType.type, to: &body)
        PeerNumber.append(kind.peerType.length, to: &body)
        PeerNumber.append(table.bits, to: &body)
        PeerNumber.append(table.lifetime, to: &body)
        for data in table.data where data.isRate {
            PeerNumber.append(UInt64(data.rawValue), to: &body)
            PeerNumber.append(table.periods[data] ?? 0, to: &body)
        }
    }

    private mutating func add(_ update: PeerUpdate, in table: PeerTable) {
        add(update.number)
        if let left = update.millisecondsLeft { add(left) }
        switch update.key {
        case .ipv4(let bits): add(bits)
        case .integer(let number): add(number)
        case .ipv6(let high, let low):
            add(high)
            add(low)
        case .text(let text): add(text)
        case .bytes(let bytes): body += bytes
        }
        for value in update.values {
            switch value {
            case .number(let number): PeerNumber.append(number, to: &body)
            case .rate(let age, let current, let previous):
                PeerNumber.append(age, to: &body)
                PeerNumber.append(current, to: &body)
                PeerNumber.append(previous, to: &body)
            case .text(let name): add(serverName: name)
            case .several: preconditionFailure("no table here has several numbers of a kind")
            }
        }
    }

    /// A name that the other side doesn't know yet is sent with its number, which may have been another name's.
    private mutating func add(serverName name: String?) {
        guard let name else { return body.append(0) }
        if let known = names.firstIndex(of: name) {
            // A number up to 128 takes one byte.
            body.append(1)
            return PeerNumber.append(UInt64(known + 1), to: &body)
        }
        var place = names.count
        if names.count < PeerDecoder.mostNames {
            names.append(name)
        } else {
            place = oldestName
            names[place] = name
            oldestName = (oldestName + 1) % names.count
        }
        var said: [UInt8] = []
        PeerNumber.append(UInt64(place + 1), to: &said)
        PeerNumber.append(UInt64(name.utf8.count), to: &said)
        said += name.utf8
        PeerNumber.append(UInt64(said.count), to: &body)
        body += said
    }
}

extension PeerTable {
    /// What each update holds, as definitions say it.
    var bits: UInt64 { data.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }
}

/// The first two bytes of messages.
private enum PeerCode {
    static let control: UInt8 = 0
    static let error: UInt8 = 1
    static let tables: UInt8 = 10
    static let update: UInt8 = 128
    static let incrementalUpdate: UInt8 = 129
    static let definition: UInt8 = 130
    static let tableSwitch: UInt8 = 131
    static let acknowledgement: UInt8 = 132
    static let timedUpdate: UInt8 = 133
    static let incrementalTimedUpdate: UInt8 = 134
}

extension StickTableConfiguration.KeyKind {
    /// By what a definition says; `nil` for what no table here is found by.
    fileprivate init?(peerType type: UInt64, length: UInt64) {
        switch (type, length) {
        case (2, 4): self = .integer
        case (4, 4): self = .ipv4
        case (5, 16): self = .ipv6
        // A text ends with a byte of its own there.
        case (6, 1...65_536): self = .text(length: Int(length) - 1)
        case (7, 1...65_536): self = .bytes(length: Int(length))
        default: return nil
        }
    }

    /// What a definition says.
    fileprivate var peerType: (type: UInt64, length: UInt64) {
        switch self {
        case .integer: (2, 4)
        case .ipv4: (4, 4)
        case .ipv6: (5, 16)
        case .text(let length): (6, UInt64(length) + 1)
        case .bytes(let length): (7, UInt64(length))
        }
    }
}
