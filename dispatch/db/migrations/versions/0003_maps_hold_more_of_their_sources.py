"""Maps hold more of their sources

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN: rebuilding a table would drop the triggers that keep its boxes.
    op.add_column('map_parcel', sa.Column('other_number', sa.String(length=60), nullable=True))
    op.add_column('map_parcel', sa.Column('legal_text', sa.String(length=400), nullable=True))
    op.add_column('map_sheet', sa.Column('kind', sa.String(length=40), server_default='sheet', nullable=False))
    op.add_column('map_sheet', sa.Column('note', sa.Text(), nullable=True))
    op.add_column('map_sheet', sa.Column('recorded_on', sa.Date(), nullable=True))
    op.create_table('search_street',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('street', sa.String(length=120).with_variant(sa.String(length=120, collation='C'), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_street')),
    sa.UniqueConstraint('street', name=op.f('uq_search_street_street'))
    )


def downgrade() -> None:
    op.drop_table('search_street')
    op.drop_column('map_sheet', 'recorded_on')
    op.drop_column('map_sheet', 'note')
    op.drop_column('map_sheet', 'kind')
    op.drop_column('map_parcel', 'legal_text')
    op.drop_column('map_parcel', 'other_number')
