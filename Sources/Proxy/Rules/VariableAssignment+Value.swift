import AccessLog
import Configuration
import EventLoop
import Model

extension VariableAssignment {
    /// What the variable is set to.
    ///
    /// - Parameter variables: the variables that belong to no session.
    /// - Returns: none where it isn't known.
    func value(among variables: [SessionVariable: SampleValue]) -> SampleValue {
        switch value {
        case .sample(let sample): Self.value(of: sample, among: variables)
        case .format(let pieces):
            .text(
                pieces.map { piece in
                    switch piece {
                    case .text(let text): text
                    case .sample(let sample): Self.value(of: sample, among: variables).text ?? ""
                    }
                }.joined())
        }
    }

    private static func value(
        of sample: SampleExpression, among variables: [SessionVariable: SampleValue]
    ) -> SampleValue {
        let value: SampleValue
        switch sample.fetch {
        case .constant(let constant): value = SampleValue(constant)
        case .date(let offset, let unitsPerSecond):
            let milliseconds = WallClock.now().millisecondsSinceEpoch + offset * 1_000
            value = .integer(unitsPerSecond < 1_000 ? milliseconds / 1_000 : milliseconds * (unitsPerSecond / 1_000))
        case .dateMicroseconds: value = .integer(WallClock.now().millisecondsSinceEpoch % 1_000 * 1_000)
        case .random(let bound): value = .integer(Int64(UInt32.random(in: 0..<bound)))
        case .processID: value = .integer(Int64(CurrentProcess.identifier))
        case .uuid: value = .text(SampleValue.uuid())
        case .variable(let variable): value = variables[variable] ?? .none
        // What asks for a session is refused where an assignment is read.
        default: value = .none
        }
        return value.converted(by: sample.converters)
    }
}

/// The variables that belong to no session, as the file and commands set them.
extension WorkerLoop {
    /// Most variables that commands can have there be.
    static let mostProcessVariables = 4_096

    /// Sets what the `global` section sets; what rules and commands have set besides stays.
    func setConfiguredVariables() {
        for assignment in configuration.global.variables {
            let value = assignment.value(among: processVariables.all)
            if case .none = value { continue }
            processVariables[assignment.variable] = value
        }
    }
}

extension WorkerRequest where Answer == SampleValue? {
    /// A variable that belongs to no session; `nil` where it isn't set.
    ///
    /// - Parameter variable: the variable.
    /// - Returns: the request.
    public static func variable(_ variable: SessionVariable) -> Self { Self { $0.processVariables[variable] } }

    /// What a variable would be set to; `nil` where that isn't known.
    ///
    /// - Parameter assignment: what it is set to.
    /// - Returns: the request, which sets nothing.
    public static func outcome(of assignment: VariableAssignment) -> Self {
        Self { loop in
            let value = assignment.value(among: loop.processVariables.all)
            if case .none = value { return nil }
            return value
        }
    }
}

extension WorkerRequest where Answer == Bool {
    /// Sets a variable that belongs to no session.
    ///
    /// - Parameters:
    ///   - variable: the variable.
    ///   - value: its value.
    /// - Returns: the request, which says whether there was room for it.
    public static func setVariable(_ variable: SessionVariable, to value: SampleValue) -> Self {
        Self { $0.processVariables.add(variable, value, most: WorkerLoop.mostProcessVariables) }
    }
}
