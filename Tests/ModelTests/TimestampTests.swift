import Model
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test("moments are ordered and can be moved both ways")
    func order() {
        let moment = Timestamp(millisecondsSinceEpoch: 1_000)
        #expect(moment < moment.advanced(byMilliseconds: 1))
        #expect(moment.advanced(byMilliseconds: -2_000).millisecondsSinceEpoch == -1_000)
        #expect(moment.advanced(byMilliseconds: 0) == moment)
    }
}
