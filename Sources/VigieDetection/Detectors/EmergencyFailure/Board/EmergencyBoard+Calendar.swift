public import VigieCalls
import VigieWire

extension EmergencyBoard {
    /// The board with what the calendar declares of its cells at its time; what was measured stays as it is.
    ///
    /// Only an entry that names the department declares a cell: a ticket on a machine or on a number says nothing of one place's people.
    /// What somebody declared for a cell by itself stays.
    public func declaring(_ calendar: ChangeCalendar) -> EmergencyBoard {
        let active = calendar.changes.filter {
            $0.isActive(at: at) && !$0.departments.isEmpty
        }
        guard !active.isEmpty else { return self }
        var board = self
        for index in board.cells.indices where board.cells[index].declared == nil {
            let cell = board.cells[index]
            // The latest entry speaks.
            guard
                let change = active.last(where: { change in
                    (change.services.isEmpty || change.services.contains(cell.service.description))
                        && change.departments.contains(cell.department.description)
                })
            else { continue }
            board.cells[index].declared = Declared(
                state: change.kind == .maintenance ? .scheduledMaintenanceAvailable : .partial, by: change.id,
                since: change.start, note: change.summary)
        }
        return board
    }
}
