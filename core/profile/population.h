// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Population: leaves out of a cut-off's table the profiles for which the population's condition is
// not true. People and table are renumbered together.
#ifndef PORTRAIT_PROFILE_POPULATION_H
#define PORTRAIT_PROFILE_POPULATION_H

#include "people.h"

// Nothing to do without a population. PT_E_NO_MEMORY leaves both as they were.
pt_status population_narrow(const struct people_scope *scope, struct profile_people *people,
                            struct table *table, struct pt_error *err);

#endif
