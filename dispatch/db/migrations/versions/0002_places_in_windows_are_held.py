"""Places in windows are held

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('window_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('window', sa.String(length=10), nullable=False),
    sa.Column('seat', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('until_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_window_hold_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_window_hold')),
    sa.UniqueConstraint('number', name=op.f('uq_window_hold_number')),
    sa.UniqueConstraint('on_day', 'window', 'seat', name=op.f('uq_window_hold_on_day_window_seat')),
    sa.UniqueConstraint('person_id', 'ref', name=op.f('uq_window_hold_person_id_ref'))
    )


def downgrade() -> None:
    op.drop_table('window_hold')
