extension CommandTable {
    /// What the stats sockets of an instance understand.
    static let statsSocket = CommandTable(
        ConnectionCommands.all + StatisticsCommands.all + ServerListCommands.all + ServerCommands.all
            + ActivityCommands.all + PoolCommands.all + ProfilingCommands.all + VariableCommands.all
            + DynamicServerCommands.all + CertificateCommands.all + CertificateListCommands.all
            + TLSFileCommands.all + OCSPCommands.all + TicketKeyCommands.all
            + TableCommands.all + PeersCommands.all
            + AccessListCommands.all + MapCommands.all + FrontendCommands.all + InstanceCommands.all
            + SessionCommands.all + ProcessCommands.all + SuccessorCommands.all + HistoryCommands.all
            + EventCommands.all
            + WarrenCommands.all)
}
