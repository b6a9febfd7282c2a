/// Which supervisors there are, and what follows from what happens to them.
///
/// A value: it knows processes by their numbers only, and says what is to be done.
struct GuardianLife: Equatable {
    enum End: Equatable {
        case code(Int32)
        case signal(Int32)
    }

    enum Event: Equatable {
        case started(Int32)
        case startFailed
        /// It serves.
        case ready(Int32)
        /// It accepts no more, and has given up its control socket.
        case left(Int32)
        case ended(Int32, End)
        /// The guardian was told to end all, by this signal.
        case ordered(Int32)
        /// The guardian got a signal that is the supervisor's.
        case forwarded(Int32)
        case upgradeOrdered
        case retryDue
    }

    /// What supervisors are told, as `GuardianLink.Word` has it.
    enum Word: String {
        case leave = "l"
        case predecessorLeft = "p"
        case upgradeFailed = "fthe new program did not come up; its messages say why"
    }

    enum Action: Equatable {
        /// Start a supervisor, to take over from another one or from nobody.
        case start(successorOf: Int32?)
        case send(Int32, to: Int32)
        case tell(Word, Int32)
        case retry(afterMilliseconds: Int64)
        case exit(Int32)
    }

    /// Who has the traffic, or is to have it; `nil` while the next attempt is waited for.
    private(set) var current: Int32?
    /// Who was started to take over and doesn't serve yet.
    private(set) var next: Int32?
    /// Who was taken over from and has sessions yet.
    private(set) var formers: [Int32] = []
    private var isServing = false
    /// Whether one has ever served: until then, a person waits for why it cannot be.
    private(set) var hasServed = false
    private var isEnding = false
    private var exitCode: Int32 = 0
    private var intensity = RestartIntensity()

    /// Takes in what happened.
    ///
    /// - Parameters:
    ///   - event: what.
    ///   - now: when, in milliseconds.
    /// - Returns: what is to be done, in this order.
    mutating func take(_ event: Event, at now: Int64) -> [Action] {
        switch event {
        case .started(let process):
            if current == nil { current = process } else { next = process }
            return []
        case .startFailed:
            if let current { return [.tell(.upgradeFailed, current)] }
            return hasServed ? [.retry(afterMilliseconds: intensity.ended(at: now))] : [.exit(1)]
        case .ready(let process) where process == current:
            (isServing, hasServed) = (true, true)
            return []
        case .ready(let process): return process == next ? succeed() : []
        case .left(let process): return formers.contains(process) ? tellOfLeaving : []
        case .ended(let process, let end): return takeEnd(of: process, end, at: now)
        case .ordered(let signal):
            isEnding = true
            return all.isEmpty ? [.exit(0)] : all.map { .send(signal, to: $0) }
        case .forwarded(let signal): return current.map { [.send(signal, to: $0)] } ?? []
        case .upgradeOrdered:
            guard let current, isServing, next == nil, !isEnding else { return [] }
            return [.start(successorOf: current)]
        case .retryDue: return current == nil && !isEnding ? [.start(successorOf: nil)] : []
        }
    }

    private var all: [Int32] { formers + [current, next].compactMap { $0 } }

    private var tellOfLeaving: [Action] { current.map { [.tell(.predecessorLeft, $0)] } ?? [] }

    private mutating func succeed() -> [Action] {
        let former = current
        (current, next, isServing, hasServed) = (next, nil, true, true)
        guard let former else { return [] }
        formers.append(former)
        return [.tell(.leave, former)]
    }

    private mutating func takeEnd(of process: Int32, _ end: End, at now: Int64) -> [Action] {
        if let index = formers.firstIndex(of: process) {
            formers.remove(at: index)
            return isEnding ? exitWhenAlone : tellOfLeaving
        }
        if process == next {
            next = nil
            return isEnding ? exitWhenAlone : current.map { [.tell(.upgradeFailed, $0)] } ?? []
        }
        guard process == current else { return [] }
        (current, isServing) = (nil, false)
        if isEnding || end == .code(0) || !hasServed {
            // Ended by 'supervise down', or never came up: the others have no reason to be any more.
            let others = isEnding ? [] : all.map { Action.send(15, to: $0) }
            switch end {
            case .code(let code): exitCode = code
            case .signal: exitCode = isEnding ? 0 : 1
            }
            isEnding = true
            return others + exitWhenAlone
        }
        if let successor = next {
            (current, next) = (successor, nil)
            return tellOfLeaving
        }
        return [.retry(afterMilliseconds: intensity.ended(at: now))]
    }

    private var exitWhenAlone: [Action] { all.isEmpty ? [.exit(exitCode)] : [] }
}
