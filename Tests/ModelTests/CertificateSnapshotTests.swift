import Model
import Testing

@Suite("CertificateSnapshot")
struct CertificateSnapshotTests {
    private static let day: Int64 = 86_400_000
    private static let end = 100 * day

    @Test(
        "people are warned from three weeks before a certificate's end on, and afterwards",
        arguments: [
            (0, nil), (79 * day, nil), (79 * day + 1, "expires in 20 days"), (98 * day, "expires in 2 days"),
            (99 * day, "expires in 1 day"), (99 * day + 1, "expires in less than a day"),
            (end, "expired less than a day ago"), (101 * day, "expired 1 day ago"), (130 * day, "expired 30 days ago"),
        ] as [(Int64, String?)])
    func warnings(now: Int64, expected: String?) {
        let certificate = CertificateSnapshot(
            proxy: "amqp", path: "/x.pem", validUntil: Timestamp(millisecondsSinceEpoch: Self.end))
        #expect(
            certificate.warning(at: Timestamp(millisecondsSinceEpoch: now))
                == expected.map { "the certificate /x.pem of amqp \($0)" })
    }
}
