import Foundation
import VigieCalls
import VigieIncidents
import VigieStore
import VigieWire

/// What an incident's document says of the emergency numbers that fail.
enum EmergencyFacts {
    /// The facts; `nil` when the incident is no emergency failure.
    ///
    /// Calls that fail without telling a place (no location, a network elsewhere) name no department. The public is then told of every
    /// department that a named centre serves, or else of every one, less those that are known to be sound: some of its calls may fail.
    /// - Throws: `Failure.damagedIncident`: it is one, and what is stored of it cannot be read.
    static func read(_ record: StoredIncident, _ directory: CentreDirectory)
        throws(PublicationDesk.Failure) -> PublicationBook.Facts?
    {
        guard record.kind == "emergency-failure" else { return nil }
        guard
            let document = try? JSONSerialization.jsonObject(with: Data(record.document)) as? [String: Any],
            let subject = document["subject"] as? [String: Any]
        else { throw .damagedIncident(record.id) }
        let services = (subject["services"] as? [String] ?? []).filter { !$0.isEmpty }.prefix(13)
        let sound = subject["not_affected"] as? [String: Any] ?? [:]
        let soundDepartments = Set(sound["departments"] as? [String] ?? [])
        let known = NumberingPlans.standard.departments.map(\.code)
        var departments = (subject["departments"] as? [String] ?? []).filter { !$0.isEmpty }
        var isPlaceUnknown = false
        if departments.isEmpty, subject["nationwide"] as? Bool == true {
            departments = known
        } else if departments.isEmpty {
            departments = served(by: subject["centres"] as? [String] ?? [], services, directory)
            isPlaceUnknown = departments.isEmpty
            if isPlaceUnknown {
                let unsure = known.filter { !soundDepartments.contains($0) }
                // Every place is sound, and calls from none fail: whoever calls from an unknown place may be anywhere.
                departments = unsure.isEmpty ? known : unsure
            }
        }
        let share = subject["share"] as? Double ?? 0
        let reach = share >= 0.9 && !isPlaceUnknown ? PublicNotice.Reach.down : .partial
        let isOver = record.state == "resolved"
        let cells =
            isOver ? [] : departments.prefix(200).flatMap { code in services.map { (code, $0, reach) } }
        return PublicationBook.Facts(
            incident: record.id, since: record.firstSeen, cells: cells,
            unserved: subject["lost_calls"] as? Int ?? 0,
            sound: (soundDepartments, Set(sound["services"] as? [String] ?? [])),
            isPlaceUnknown: isPlaceUnknown)
    }

    /// When the incident was detected; `nil` where its document does not say.
    static func detectedAt(_ record: StoredIncident) -> Timestamp? {
        let document = try? JSONSerialization.jsonObject(with: Data(record.document)) as? [String: Any]
        return (document?["detected_at"] as? String).flatMap { Timestamp(rfc3339: $0) }
    }

    /// The departments whose calls to these services go to centres of these long numbers.
    private static func served(
        by centres: [String], _ services: ArraySlice<String>, _ directory: CentreDirectory
    ) -> [String] {
        guard !centres.isEmpty else { return [] }
        let numbers = Set(centres)
        let rows = directory.centres.filter {
            services.contains($0.shortNumber) && numbers.contains($0.longNumber.description)
        }
        return Set(rows.map(\.department)).sorted()
    }
}
