public import VigieCalls
public import VigieMitigation
import VigieWire

extension NodeConfiguration.ProposedFilter {
    /// The filter that is written, with names.
    ///
    /// - Throws: `FilterFormError` with the field, the rule, and what to write.
    public func form(home: Country) throws(FilterFormError) -> FilterForm {
        let json: JSONValue
        do { json = try JSONValue(parsing: document.isEmpty ? "{}" : document) } catch {
            throw FilterFormError("", .notJSON, "write `match` and `action`")
        }
        return try FilterForm(json: json, home: home)
    }
}

extension NodeConfiguration {
    /// Why a list of the configuration cannot be taken: which one, and what to do.
    public struct ListFailure: Error, CustomStringConvertible, Sendable {
        /// One line.
        public var description: String
    }

    /// The lists of numbers, read from their files; lines that are no numbers are left out, as `vigie serve --check` tells.
    ///
    /// - Parameter isWhole: every line must be good, as for a reload: half a list would open what it closes.
    /// - Throws: `ListFailure` when a file cannot be read.
    public func numberLists(isWhole: Bool = false) throws(ListFailure) -> [VigieMitigation.NumberList] {
        var result: [VigieMitigation.NumberList] = []
        for list in lists {
            let path = path(list.file)
            let file: NumberListFile
            do throws(InputError) { file = try NumberListFile(path: path) } catch {
                throw ListFailure(
                    description: "lists: \(list.name): \(path) cannot be read: \(error.sentence)")
            }
            if isWhole, let bad = file.refused.entries.first {
                throw ListFailure(
                    description:
                        "lists: \(list.name): \(path): \(file.refused.total) lines are no numbers, the first at byte \(bad.firstOffset): \(bad.name)"
                )
            }
            do throws(FilterRefusal) {
                result.append(try VigieMitigation.NumberList(name: list.name, numbers: file.numbers))
            } catch {
                throw ListFailure(description: "lists: \(list.name): \(error)")
            }
        }
        return result
    }
}
