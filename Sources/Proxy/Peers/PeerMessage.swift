import Balancing
import Configuration

/// What peers say to each other once they know who they are.
///
/// - Source: HAProxy's peers protocol 2.1, as its documentation describes it and two processes of HAProxy 2.6.12 speak it.
enum PeerMessage: Sendable, Equatable {
    /// Asks for all that the other knows.
    case resyncRequest
    /// All that is known has been said, and was complete.
    case resyncFinished
    /// All that is known has been said, and others may know more.
    case resyncPartial
    /// The end of a resync was understood.
    case resyncConfirm
    /// The connection is there.
    case heartbeat
    /// The other has understood nothing (0), or something was too long (1).
    case complaint(UInt8)
    /// Of which table the updates after it are, with what they hold.
    case definition(PeerTable)
    /// Of which of the tables that were defined the updates after it are.
    case tableSwitch(UInt64)
    /// An entry has changed.
    case update(PeerUpdate)
    /// Updates up to this one have been taken in.
    case acknowledgement(table: UInt64, update: UInt32)
    /// Something that is passed over, as everything is that a later version may say.
    case unknown
}

/// A table as a peer defines it.
struct PeerTable: Sendable, Equatable {
    /// What the sender calls it in acknowledgements and switches.
    var number: UInt64
    var name: String
    var keyKind: StickTableConfiguration.KeyKind?
    /// What each update holds, in the order of the numbers.
    var data: [PeerData] = []
    /// Whether it holds what can't be read here, so that its updates are passed over.
    var isUnreadable = false
    /// How long entries stay, in milliseconds; 0 for ever.
    var lifetime: UInt64 = 0
    /// The periods of rates, in milliseconds.
    var periods: [PeerData: UInt64] = [:]
    /// How many numbers there are of each kind of which there may be several.
    var counts: [PeerData: Int] = [:]
}

/// A change of an entry.
struct PeerUpdate: Sendable, Equatable {
    /// Its number; those of one table grow by one.
    var number: UInt32
    var key: StickKey
    /// What is left of its time, in milliseconds; `nil` where its time begins anew.
    var millisecondsLeft: UInt32?
    /// What the entry has now, in the order of its table's data.
    var values: [PeerValue] = []
}

/// What an update says of one kind of data.
enum PeerValue: Sendable, Equatable {
    case number(UInt64)
    /// How long ago its present period began, in milliseconds; what was counted since, and in the one before.
    case rate(age: UInt64, current: UInt64, previous: UInt64)
    /// A server's name; `nil` for none.
    case text(String?)
    /// Several numbers, which no table here has.
    case several
}

/// Kinds of data, by their bits in a table's definition.
enum PeerData: UInt8, Sendable, CaseIterable {
    case serverID = 0
    case tag, generalPurpose, generalPurposeRate, connections, connectionRate, currentConnections, sessions, sessionRate
    case requests, requestRate, requestErrors, requestErrorRate
    case bytesIn, bytesInRate, bytesOut, bytesOutRate
    case second, secondRate
    case serverKey
    case failures, failureRate
    case tags, counters, counterRates

    /// Whether it is a number within a time.
    var isRate: Bool {
        switch self {
        case .generalPurposeRate, .connectionRate, .sessionRate, .requestRate, .requestErrorRate, .bytesInRate,
            .bytesOutRate, .secondRate, .failureRate, .counterRates:
            true
        case .serverID, .tag, .generalPurpose, .connections, .currentConnections, .sessions, .requests, .requestErrors,
            .bytesIn, .bytesOut, .second, .serverKey, .failures, .tags, .counters:
            false
        }
    }

    /// Whether there are several of it, as many as the table's definition says.
    var isSeveral: Bool { self == .tags || self == .counters || self == .counterRates }
}
