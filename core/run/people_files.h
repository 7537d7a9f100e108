// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// People kept in the run folder: the scored table and the links between identifiers, for `show` and
// `why`. They are read back by this room only; damage is told, never guessed around.
#ifndef PORTRAIT_RUN_PEOPLE_FILES_H
#define PORTRAIT_RUN_PEOPLE_FILES_H

#include "profile.h"
#include "run_folder.h"

// people/profiles.table and people/links.tsv of the run, written at once in the profile's pool. Not
// synced: they tell about a run, they are none of its outputs.
pt_status people_files_save(const struct run_folder *folder, const struct profile *profile,
                            const struct profile_cut *cut, const struct table *scored,
                            struct pt_error *err);
pt_status people_files_profiles(const char *run, struct table *out, struct pt_error *err);

// One kept link, as in profile_link.
struct people_link {
    struct text namespace_a, a, namespace_b, b, source;
    uint64_t rows;
    uint64_t row;
    bool is_refused;
    bool is_device;
};

struct people_links_file {
    struct str bytes;
    struct arena arena; // unescaped texts
    struct people_link *items;
    size_t n;
};

pt_status people_files_links(const char *run, struct people_links_file *out, struct pt_error *err);
void people_links_file_release(struct people_links_file *l);

#endif
