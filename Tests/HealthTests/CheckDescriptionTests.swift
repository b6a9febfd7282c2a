import Model
import Testing

@testable import Health

@Suite("CheckDescription")
struct CheckDescriptionTests {
    @Test(
        "every position and every order has HAProxy's words",
        arguments: [
            (0, ["DOWN", "DOWN", "MAINT"]),
            (1, ["DOWN 1/2", "DOWN 1/2", "MAINT"]),
            (2, ["UP 1/3", "DRAIN 1/3", "MAINT"]),
            (3, ["UP 2/3", "DRAIN 2/3", "MAINT"]),
            (4, ["UP", "DRAIN", "MAINT"]),
        ])
    func words(position: Int, expected: [String]) {
        let counter = HealthCounter(rise: 2, fall: 3, health: position)
        let orders: [AdministrativeState] = [.ready, .drain, .maint]
        #expect(orders.map { CheckDescription(counter, administrative: $0).description } == expected)
    }

    @Test("a server without a check says so")
    func unchecked() {
        let orders: [AdministrativeState] = [.ready, .drain, .maint]
        let words = orders.map { CheckDescription(nil, administrative: $0).description }
        #expect(words == ["no check", "DRAIN", "MAINT"])
    }
}
