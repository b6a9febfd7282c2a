import Testing

@testable import Supervision

@Suite struct QuietFilesTests {
    private let start = ContinuousClock.now

    @Test("a file is dealt with once it has been left alone for a second, and only then")
    func quiet() {
        var files = QuietFiles()
        #expect(files.nextDue == nil)
        files.note("a.cfg", at: start)
        files.note("b.cfg", at: start + .milliseconds(300))
        files.note("a.cfg", at: start + .milliseconds(900))
        #expect(files.nextDue == start + .milliseconds(1_300))
        #expect(files.takeDue(at: start + .milliseconds(1_299)) == [])
        #expect(files.takeDue(at: start + .milliseconds(1_300)) == ["b.cfg"])
        #expect(files.takeDue(at: start + .seconds(2)) == ["a.cfg"])
        #expect(files.takeDue(at: start + .seconds(9)) == [])
        #expect(files.nextDue == nil)
    }
}
