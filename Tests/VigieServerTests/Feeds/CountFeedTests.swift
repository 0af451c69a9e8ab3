import Testing
import VigieCalls
import VigieDetection
import VigieReports
import VigieWire

@testable import VigieServer

/// Files of counts, as `vigie analyze` reads them.
struct CountFeedTests {
    private static let text = """
        start,seconds,source,service,department,centre,attempts,answered
        2026-10-05T12:00:00+02:00,3600,receiver,15,59,+33199001500,184,171
        2026-10-05T13:00:00+02:00,3600,receiver,15,59,+33199001501,184,171
        2026-10-05T14:00:00+02:00,3600,receiver,15,59,,184,171

        """

    @Test func `a count of a centre that the directory does not list is refused by name with its place`()
        throws
    {
        let folder = try Folder()
        let file = try folder.file("counts.csv", Self.text)
        var settings = AnalysisSettings()
        let all = try Analysis(settings: settings).run([file])
        #expect(all.inputs.map(\.records) == [3] && all.inputs[0].malformed.total == 0)
        let listed = try #require(PhoneNumber(e164: 33_199_001_500))
        settings.detection.emergencyFailure.centres = EmergencyCentres([
            EmergencyCentres.Line(
                centre: "FICTION-SAMU-59", service: EmergencyService(rawValue: 15),
                department: try #require(DepartmentCode("59")), longNumber: listed)
        ])
        let some = try Analysis(settings: settings).run([file])
        #expect(some.inputs[0].malformed.total == 1)
        let refused = try #require(some.inputs[0].malformed.entries.first)
        #expect("\(refused.name)" == "count-centre-not-in-the-directory")
        let before = Self.text.split(separator: "\n").prefix(2).reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(refused.firstOffset == UInt64(before))
    }
}
