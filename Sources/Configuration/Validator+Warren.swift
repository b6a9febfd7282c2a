extension Validator {
    /// What `failback` and `failback-drain` need: backups to come back from, and sessions that are still there then.
    ///
    /// - Parameter draft: a proxy as it was read.
    mutating func checkWarren(of draft: ProxyDraft) {
        let settings = draft.settings
        let servers = draft.servers.map(\.settings)
        for word in [settings.failback?.word, settings.failbackDrain?.word].compactMap({ $0 })
        where draft.owns(word.location) && !servers.contains(where: \.isBackup) {
            diagnostics.append(
                word.warning(
                    "'\(word.text)' has no effect: proxy '\(draft.name.text)' has no backup to come back from",
                    help: "write 'backup' on the server that stands in for the others, or remove this line"))
        }
        guard let drain = settings.failbackDrain?.word, draft.owns(drain.location),
            servers.contains(where: { !$0.isBackup && $0.closesBackupSessionsWhenUp })
        else { return }
        diagnostics.append(
            drain.warning(
                "'failback-drain' has no effect: 'on-marked-up' closes the backups' sessions all at once",
                help: "remove 'on-marked-up shutdown-backup-sessions' from the servers"))
    }
}
