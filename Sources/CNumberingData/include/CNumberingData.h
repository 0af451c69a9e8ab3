// Facts about numbering plans, as flat tables. Made by Scripts/make-numbering-data.py.
#ifndef C_NUMBERING_DATA_H
#define C_NUMBERING_DATA_H
#include <stdint.h>

// Rows of 11: the row that each next digit leads to, then the class of the number if it ends here. Row 0 is the first.
extern const uint16_t vigie_automaton[];
extern const uint32_t vigie_automaton_count;
// A class: bits 0...15 country of the region, 16...31 main country of the code (two letters each), 32...39 type,
// 40...47 kind, 48...51 digits of the country code, 52...55 digits of the area, 56 valid, 57 no country (`001`).
extern const uint64_t vigie_classes[];
extern const uint32_t vigie_classes_count;

// Blocks of the French plan in thousands of numbers: first 0ZABPQM without the 0, size, index into `vigie_operators`.
extern const uint32_t vigie_arcep_first[];
extern const uint32_t vigie_arcep_first_count;
extern const uint32_t vigie_arcep_size[];
extern const uint32_t vigie_arcep_size_count;
extern const uint16_t vigie_arcep_operator[];
extern const uint32_t vigie_arcep_operator_count;

// Runs of ZABPQ: where a run begins, and the line of `vigie_places` that holds for it.
extern const uint32_t vigie_place_first[];
extern const uint32_t vigie_place_first_count;
extern const uint16_t vigie_place_index[];
extern const uint32_t vigie_place_index_count;

// Lines of text, fields apart by tabs; each table's fields are named in the maker script.
extern const char vigie_dialling[];
extern const char vigie_emergency[];
extern const char vigie_operators[];
extern const char vigie_arcep_long[];
extern const char vigie_arcep_short[];
extern const char vigie_departments[];
extern const char vigie_places[];
extern const char vigie_morocco_places[];


// Swift does not see arrays of unknown length: one pointer each.
static inline const uint16_t *vigie_automaton_rows(void) { return vigie_automaton; }
static inline const uint64_t *vigie_class_rows(void) { return vigie_classes; }
static inline const uint32_t *vigie_arcep_firsts(void) { return vigie_arcep_first; }
static inline const uint32_t *vigie_arcep_sizes(void) { return vigie_arcep_size; }
static inline const uint16_t *vigie_arcep_operators(void) { return vigie_arcep_operator; }
static inline const uint32_t *vigie_place_firsts(void) { return vigie_place_first; }
static inline const uint16_t *vigie_place_indices(void) { return vigie_place_index; }
static inline const char *vigie_dialling_text(void) { return vigie_dialling; }
static inline const char *vigie_emergency_text(void) { return vigie_emergency; }
static inline const char *vigie_operators_text(void) { return vigie_operators; }
static inline const char *vigie_arcep_long_text(void) { return vigie_arcep_long; }
static inline const char *vigie_arcep_short_text(void) { return vigie_arcep_short; }
static inline const char *vigie_departments_text(void) { return vigie_departments; }
static inline const char *vigie_places_text(void) { return vigie_places; }
static inline const char *vigie_morocco_places_text(void) { return vigie_morocco_places; }
#endif
