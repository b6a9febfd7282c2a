import Model
import NIOCore
import NIOPosix

/// All stand-ins of a supervisor.
///
/// They share one message store, as if every queue were mirrored: what one of them confirmed, the others still have
/// when it stops. Everything runs on one event loop of swift-nio's; the actor keeps the names. Callable from every task.
public actor StandInFleet {
    private struct Member {
        let standIn: StandIn
        let listener: NIOLoopBoundBox<StandInListener?>
        /// Its first start: two instances with one address may place it at the same time, and neither is to go on before.
        let firstStart: Task<Void, any Error>
    }

    private let eventLoop: any EventLoop
    private let broker: NIOLoopBoundBox<Broker?>
    private var members: [Member] = []

    /// Makes a fleet without stand-ins.
    public init() {
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        broker = .makeEmptyBox(eventLoop: eventLoop)
    }

    /// Puts a stand-in in the place of a server and starts it.
    ///
    /// The same `replaces` again gives the same stand-in, as it is. A name that another address has already gets a
    /// suffix, such as `rabbit-2`.
    ///
    /// - Parameters:
    ///   - name: the server's name.
    ///   - replaces: the server's address in the configuration file, such as `172.17.0.3:5672`.
    /// - Returns: the stand-in with its address.
    /// - Throws: `StandInError.noPort` or `StandInError.cannotListen`.
    public func place(name: String, replaces: String) async throws -> StandIn {
        if let member = members.first(where: { $0.standIn.replaces == replaces }) {
            try await member.firstStart.value
            return member.standIn
        }
        let reservation = try PortReservation()
        let standIn = StandIn(
            name: unusedName(like: name), replaces: replaces, host: PortReservation.host, port: reservation.port)
        let listener = NIOLoopBoundBox<StandInListener?>.makeEmptyBox(eventLoop: eventLoop)
        let broker = broker
        let firstStart = Task {
            try await onEventLoop(standIn.name) { eventLoop in
                let shared = broker.value ?? Broker()
                broker.value = shared
                let fresh = StandInListener(name: standIn.name, reservation: reservation, broker: shared)
                listener.value = fresh
                return fresh.start(on: eventLoop)
            }
        }
        members.append(Member(standIn: standIn, listener: listener, firstStart: firstStart))
        do {
            try await firstStart.value
        } catch {
            members.removeAll { $0.standIn.replaces == replaces }
            throw error
        }
        return standIn
    }

    /// The stand-ins as they are now.
    ///
    /// - Returns: one report a stand-in, in the order in which they were placed.
    public func list() async -> [StandInReport] {
        let members = members
        let eventLoop = eventLoop
        return await withCheckedContinuation { continuation in
            eventLoop.execute {
                let reports = members.map { member in
                    StandInReport(
                        standIn: member.standIn, isRunning: member.listener.value?.isRunning ?? false,
                        connections: member.listener.value?.connectionCount ?? 0)
                }
                continuation.resume(returning: reports)
            }
        }
    }

    /// Brings a stand-in back, on the address that it had; does nothing while it runs.
    ///
    /// - Parameter name: its name.
    /// - Throws: `StandInError.unknown`, `StandInError.noPort` or `StandInError.cannotListen`.
    public func start(_ name: String) async throws {
        let member = try member(name)
        try await onEventLoop(name) { eventLoop in
            member.listener.value?.start(on: eventLoop) ?? eventLoop.makeSucceededVoidFuture()
        }
    }

    /// Takes a stand-in down as RabbitMQ's `stop_app` does: its clients get `connection.close` with code 320, and
    /// connections are refused until it starts again.
    ///
    /// - Parameter name: its name.
    /// - Throws: `StandInError.unknown` or `StandInError.cannotListen`.
    public func stop(_ name: String) async throws {
        let member = try member(name)
        try await onEventLoop(name) { eventLoop in
            member.listener.value?.stop(on: eventLoop) ?? eventLoop.makeSucceededVoidFuture()
        }
    }

    /// Takes every stand-in down and forgets them, and with them all messages.
    public func shutDown() async {
        let members = members
        let broker = broker
        self.members = []
        for member in members {
            do {
                try await onEventLoop(member.standIn.name) { eventLoop in
                    let listener = member.listener.value
                    member.listener.value = nil
                    return listener?.stop(on: eventLoop) ?? eventLoop.makeSucceededVoidFuture()
                }
            } catch {
                // A socket that can't be closed is closed all the same: nothing is left to be done about it.
                continue
            }
        }
        eventLoop.execute { broker.value = nil }
    }

    private func onEventLoop(
        _ name: String, _ body: @escaping @Sendable (any EventLoop) -> EventLoopFuture<Void>
    ) async throws(StandInError) {
        let eventLoop = eventLoop
        do {
            try await eventLoop.flatSubmit { body(eventLoop) }.get()
        } catch let error as StandInError {
            throw error
        } catch {
            throw .cannotListen(name, reason: String(describing: error))
        }
    }

    private func member(_ name: String) throws(StandInError) -> Member {
        if let member = members.first(where: { $0.standIn.name == name }) { return member }
        let suggestion = Suggestion.closest(to: name, among: members.map(\.standIn.name))
        throw .unknown(name, suggestion: suggestion)
    }

    private func unusedName(like name: String) -> String {
        let taken = Set(members.map(\.standIn.name))
        guard taken.contains(name) else { return name }
        var suffix = 2
        while taken.contains("\(name)-\(suffix)") { suffix += 1 }
        return "\(name)-\(suffix)"
    }
}
