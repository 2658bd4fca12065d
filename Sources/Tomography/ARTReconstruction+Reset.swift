// SPDX-License-Identifier: BSD-3-Clause

import Imaging

extension ARTReconstruction {
  /// Empties the volume where it stands and forgets its support, to begin anew.
  public mutating func reset() {
    var voxels = volume.values.mutableSpan
    for i in voxels.indices { voxels[i] = 0 }
    support = nil
    squaredPath = 0
    pathFolds = 0
  }
}
