import ArgumentParser
import Foundation
import History
import Model
import Monitoring

/// `supervise history export`: the history as a file for other programs.
struct HistoryExport: AsyncParsableCommand {
    /// What is written.
    private enum Form: String {
        case csv
        case jsonl
        case sqlite
    }

    /// Text is handed to the file in pieces of about this size.
    private static let pieceBytes = 65_536

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the history into a file.",
        discussion: """
            The ending of FILE says what is written: health transitions as .csv or .jsonl with the fields of 'history \
            --json', or all of the history as .sqlite, a database with the same views. What is written is of one \
            moment, also while a supervisor runs. A file that is there already is left alone.
            """)

    @Option(help: ArgumentHelp("The file: its name ends in .csv, .jsonl or .sqlite.", valueName: "file"))
    var to: String

    @Option(help: ArgumentHelp("Nothing before this moment, as for 'history'.", valueName: "time"))
    var since: MomentArgument?

    @Option(help: ArgumentHelp("Nothing at or after this moment.", valueName: "time"))
    var until: MomentArgument?

    @OptionGroup var state: StateOption

    func validate() throws {
        _ = try form
    }

    private var form: Form {
        get throws {
            guard let form = Form(rawValue: URL(fileURLWithPath: to).pathExtension.lowercased()) else {
                throw ValidationError("'--to' needs a file whose name ends in .csv, .jsonl or .sqlite, not '\(to)'.")
            }
            return form
        }
    }

    func run() async throws {
        let view = try HistoryView(state)
        var question = HistoryQuestion()
        question.since = since?.timestamp(now: view.now, format: view.times)
        question.until = until?.timestamp(now: view.now, format: view.times)
        guard !FileManager.default.fileExists(atPath: to) else {
            throw CommandFailure(
                .failed, "'\(to)' is there already\n  help: remove it, or name another file with --to")
        }
        let database = try view.database(state)
        let partial = to + ".partial"
        do {
            try? FileManager.default.removeItem(atPath: partial)  // of an export that was interrupted, if there was one
            switch try form {
            case .csv:
                try write(
                    question, of: database, to: partial, header: CSV.header(TransitionRecord.columns), line: CSV.line)
            case .jsonl: try write(question, of: database, to: partial, header: "") { $0.json.text + "\n" }
            case .sqlite: try HistoryView.reporting { try database.copy(to: partial, question) }
            }
            try FileManager.default.moveItem(atPath: partial, toPath: to)
        } catch let error as CocoaError {
            throw CommandFailure(.failed, "'\(to)' cannot be written: \(error.localizedDescription)")
        }
    }

    private func write(
        _ question: HistoryQuestion, of database: HistoryDatabase, to path: String, header: String,
        line: (Row) -> String
    ) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw CommandFailure(.failed, "'\(to)' cannot be written: the folder does not let it be made")
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { file.closeFile() }
        var piece = header
        try HistoryView.reporting {
            try database.eachTransition(question) { record in
                piece += line(record.row)
                guard piece.utf8.count >= Self.pieceBytes else { return }
                try file.write(contentsOf: Data(piece.utf8))
                piece = ""
            }
        }
        try file.write(contentsOf: Data(piece.utf8))
    }
}
