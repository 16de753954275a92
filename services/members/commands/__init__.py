"""What may be asked of the members context, one module per aggregate.

No command names its union: that is in the path. Business dates are civil dates in Asia/Shanghai.
"""
