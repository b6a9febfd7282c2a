import Model
import Testing

@Suite("LogTarget")
struct LogTargetTests {
    @Test("facilities have syslog's numbers")
    func facilities() {
        let numbers: [(LogFacility, Int)] = [
            (.kern, 0), (.user, 1), (.daemon, 3), (.syslog, 5), (.cron, 9), (.ftp, 11), (.cron2, 15), (.local0, 16),
            (.local7, 23),
        ]
        for (facility, number) in numbers { #expect(facility.rawValue == number) }
        #expect(LogFacility.allCases.count == 24)
        #expect(LogFacility.local7.name == "local7")
    }

    @Test("levels have syslog's numbers, and the more severe one is the smaller one")
    func levels() {
        #expect(
            LogLevel.allCases.map(\.name) == ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"])
        #expect(LogLevel.allCases.map(\.rawValue) == Array(0...7))
        #expect(LogLevel.emerg < .debug)
        #expect(max(LogLevel.alert, .err) == .err)
    }

    @Test("a target without levels takes everything as it is")
    func defaults() {
        let target = LogTarget(destination: .unixDatagram(path: "/dev/log"), facility: .daemon)
        #expect(target.level == .debug && target.minimumLevel == .emerg)
    }
}
