# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# In Portrait's own tree find_package(Portrait) finds the tree: the starter plugins build here with
# the very file they build with elsewhere.
set(Portrait_FOUND TRUE)
