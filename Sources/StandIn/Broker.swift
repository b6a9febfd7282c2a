import NIOCore

/// The store of a fleet and the connections that use it.
///
/// Belongs to one event loop: every function is called there, and nothing here is seen from anywhere else.
final class Broker {
    private var store = MessageStore()
    private var connections: [UInt64: ConnectionHandler] = [:]
    private var lastConnection: UInt64 = 0
    private var isDelivering = false

    /// Gives a new connection its number.
    func makeConnectionID() -> UInt64 {
        lastConnection += 1
        return lastConnection
    }

    /// Adds a connection that can be written to.
    func add(_ connection: ConnectionHandler) {
        connections[connection.id] = connection
    }

    /// Takes in what a client sent.
    ///
    /// - Parameters:
    ///   - unit: a protocol header or a frame.
    ///   - state: the client's connection, which is brought up to date.
    /// - Returns: what to do for the client.
    func take(_ unit: FrameDecoder.Unit, state: inout ConnectionState) -> [ConnectionState.Action] {
        let wasOpen = state.isOpen
        let actions = state.take(unit, store: &store)
        // What a connection held goes back as soon as it ends, not only when its socket has gone.
        if wasOpen, !state.isOpen { store.endConnection(state.id) }
        return actions
    }

    /// Forgets a connection; what it held goes back.
    func remove(_ id: UInt64) {
        connections[id] = nil
        store.endConnection(id)
        deliver()
    }

    /// Says whether a connection can be written to now.
    func setWritable(_ isWritable: Bool, connection: UInt64) {
        store.setPaused(!isWritable, connection: connection)
        if isWritable { deliver() }
    }

    /// Tells clients what there is to tell, until nothing is left or nobody can be written to.
    func deliver() {
        // Writing can change what is writable, which asks for a delivery while one is under way; that one goes on.
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        var touched: Set<UInt64> = []
        while true {
            let notices = store.takeNotices()
            guard !notices.isEmpty else { break }
            for notice in notices {
                let id = notice.channel.connection
                connections[id]?.tell(notice)
                touched.insert(id)
            }
        }
        for id in touched { connections[id]?.flush() }
    }
}

extension MessageStore.Notice {
    /// The channel it is for.
    var channel: ChannelID {
        switch self {
        case .delivery(let channel, _, _, _, _), .cancellation(let channel, _): channel
        }
    }
}
