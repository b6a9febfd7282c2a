import ArgumentParser
import Foundation
import History
import Model

/// `supervise sessions`: session counts over time.
struct Sessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows session counts over time.",
        discussion: """
            A row for each server, and for each frontend and backend under the names FRONTEND and BACKEND. CURRENT is \
            the count at the end of a bucket, MIN and MEAN are of all samples in it, MAX is the most at one moment of it, \
            and NEW is how many sessions began in it. Samples are kept for 48 hours, the counts of a minute for 14 \
            days, those of an hour for 400 days and those of a day for ever; where only longer ones are left, buckets \
            are as long as those.
            """)

    @Argument(
        help: ArgumentHelp(
            "A server's name, FRONTEND or BACKEND, also as proxy/server or instance/proxy/server.",
            valueName: "server"))
    var server: String?

    @Option(help: ArgumentHelp("The length of a bucket, such as 30s, 5m, 1h.", valueName: "time"))
    var every = LengthArgument(milliseconds: 300_000)

    @OptionGroup var query: QueryOptions
    @OptionGroup var state: StateOption

    func run() async throws {
        let view = try HistoryView(state)
        let question = try query.question(server: server, now: view.now, times: view.times)
        let buckets = try view.rows(question, kind: "session counts") {
            try $0.sessions(question, bucketMilliseconds: every.milliseconds)
        }
        let columns = [
            Table.Column(title: "TIME"), Table.Column(title: "SERVER"), Table.Column(title: "CURRENT", isNumeric: true),
            Table.Column(title: "MIN", isNumeric: true), Table.Column(title: "MEAN", isNumeric: true),
            Table.Column(title: "MAX", isNumeric: true), Table.Column(title: "NEW", isNumeric: true),
            Table.Column(title: "IN", isNumeric: true), Table.Column(title: "OUT", isNumeric: true),
        ]
        let times = view.times
        var printer = RowPrinter<SessionBucket>(query.output.format, to: view.output, columns: columns) { bucket in
            [
                Table.Cell(times.text(bucket.at)), Table.Cell(bucket.subject.description), "\(bucket.current)",
                Table.Cell(bucket.min.map(String.init) ?? "-"),
                Table.Cell(bucket.mean.map { String(format: "%.1f", $0) } ?? "-"), "\(bucket.max)", "\(bucket.total)",
                Table.Cell(ByteFormat.text(bucket.bytesIn)),
                Table.Cell(ByteFormat.text(bucket.bytesOut)),
            ]
        }
        try printer.print(buckets)
        guard view.output.isTerminal, query.output.format == .table else { return }
        try view.output.write(lines: SessionOverview(columns: view.output.columns).lines(buckets))
    }
}
